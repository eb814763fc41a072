"""Who asks a voice assistant (voice-and-automation.md 5.2, 12)."""

from dataclasses import dataclass
from typing import Self

from homeassistant.core import Context, HomeAssistant


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: a user of Home Assistant, or anybody in the room."""

    user_id: str | None = None
    name: str | None = None
    is_admin: bool = False

    @classmethod
    async def of(cls, hass: HomeAssistant, context: Context | None) -> Self:
        """Return who is behind a context.

        The user of the cloud is an administrator, and stands for everybody who talks to a speaker.
        """
        user = await hass.auth.async_get_user(context.user_id) if context and context.user_id else None
        if user is None or user.system_generated or not user.is_active:
            return cls()
        return cls(user_id=user.id, name=user.name, is_admin=user.is_admin)

    @property
    def is_known(self) -> bool:
        """Return whether it is a person who has signed in."""
        return self.user_id is not None
