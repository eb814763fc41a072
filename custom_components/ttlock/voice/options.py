"""What the user has chosen for voice assistants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

CONF_VOICE_APPROVAL: Final = "voice_approval"
CONF_VOICE_MANAGE: Final = "voice_manage"
CONF_VOICE_NAMES: Final = "voice_names"
CONF_VOICE_PHONES: Final = "voice_phones"
CONF_VOICE_RECIPIENTS: Final = "voice_recipients"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceOptions:
    """How far voice assistants may go with the locks of an account; nothing unless the user says so."""

    manage: bool
    """Whether administrators may make and revoke access."""
    names: bool
    """Whether names are told to who is not known: everybody in the room hears a speaker."""
    recipients: tuple[str, ...]
    """The notify entities to which codes are sent."""
    approval: bool
    """Whether others than administrators may ask for what these approve on a phone."""
    phones: tuple[str, ...]
    """The devices of these phones."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read the options of an entry."""
        return cls(
            manage=options.get(CONF_VOICE_MANAGE, False),
            names=options.get(CONF_VOICE_NAMES, False),
            recipients=tuple(options.get(CONF_VOICE_RECIPIENTS, ())),
            approval=options.get(CONF_VOICE_APPROVAL, False),
            phones=tuple(options.get(CONF_VOICE_PHONES, ())),
        )
