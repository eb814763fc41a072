"""What an action is made of: its fields, what it does, and who may call it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

DIGITS = vol.Coerce(str)
"""Digits may arrive as a number when a template was rendered to one."""
OBJECT_ID = vol.All(vol.Coerce(int), vol.Range(min=1))

_ALIASES = {"code": "passcode", "start": "start_time", "end": "end_time"}

type Handler = Callable[[HomeAssistant, ServiceCall], Coroutine[Any, Any, ServiceResponse]]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action on locks."""

    handler: Handler
    fields: VolDictType = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Short names that are taken beside the documented ones (compatibility.md 4.3, rule 7)."""
    admin: bool = True
    """For administrators only; automations have no user and may."""
    response: SupportsResponse = SupportsResponse.OPTIONAL

    @property
    def schema(self) -> vol.All[Any]:
        """Return what checks a call; an empty field counts as absent."""
        aliases = {**_ALIASES, **self.aliases}

        def tidy(data: dict[str, Any]) -> dict[str, Any]:
            given = {aliases.get(key, key): value for key, value in data.items()}
            return {key: value for key, value in given.items() if value not in ("", None)}

        return vol.All(tidy, cv.make_entity_service_schema(self.fields))
