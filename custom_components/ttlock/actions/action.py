"""What an action is made of: its fields, what it does, and who may call it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..client.errors import InvalidInput
from ..client.text import check_text
from ..const import DOMAIN

DIGITS = vol.Coerce(str)
"""Digits may arrive as a number when a template was rendered to one."""
OBJECT_ID = vol.All(vol.Coerce(int), vol.Range(min=1))
NAME = vol.All(cv.string, str.strip, vol.Length(min=1))


def _fitting[T](validator: Callable[[Any], T]) -> Callable[[Any], T]:
    """Return what refuses numbers, too, of which Home Assistant can make no time."""

    def check(value: Any) -> T:
        try:
            return validator(value)
        except OverflowError as err:
            raise vol.Invalid("number too large") from err

    return check


DURATION: Final = _fitting(cv.positive_time_period)
TIME_OF_DAY: Final = _fitting(cv.time)
RECEIVER: Final[VolDictType] = {vol.Required("receiver_username"): NAME}
CONFIRM: Final[VolDictType] = {vol.Required("confirm"): cv.boolean}
"""What cannot be undone is said twice; `confirmed` looks whether it was."""

_ALIASES = {"code": "passcode", "start": "start_time", "end": "end_time"}

type Handler = Callable[[HomeAssistant, ServiceCall], Coroutine[Any, Any, ServiceResponse]]


class Target(Enum):
    """What an action is meant for."""

    LOCKS = auto()
    ALL_LOCKS = auto()
    """Locks, all of every account unless some are named."""
    GATEWAYS = auto()
    """Gateways, by what Home Assistant has of them or by number."""
    ACCOUNT = auto()
    """One account, the only one unless it is named."""
    JOB = auto()
    """A job, the latest unless it is named."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action."""

    handler: Handler
    target: Target = Target.LOCKS
    fields: VolDictType = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Short names that are taken beside the documented ones (compatibility.md 4.3, rule 7)."""
    admin: bool = True
    """For administrators only; automations have no user and may."""
    response: SupportsResponse = SupportsResponse.OPTIONAL
    reads: bool = False
    """It changes nothing; what gives nothing but a response never does."""
    once: bool = False
    """Not repeated where nobody knows whether it was carried out."""

    @property
    def changes(self) -> bool:
        """Return whether it changes something, so that for many locks it is a job to watch."""
        return not self.reads and self.response is not SupportsResponse.ONLY

    @cached_property
    def schema(self) -> vol.All[Any]:
        """Return what checks a call; an empty field counts as absent."""
        aliases = {**_ALIASES, **self.aliases}

        def tidy(data: dict[str, Any]) -> dict[str, Any]:
            try:
                # Home Assistant's reader of times ends the whole process on half a character.
                check_text(*(value for value in data.values() if isinstance(value, str)))
            except InvalidInput as err:
                raise ServiceValidationError(translation_domain=DOMAIN, translation_key="text_broken") from err
            given = {aliases.get(key, key): value for key, value in data.items()}
            return {key: value for key, value in given.items() if value not in ("", None)}

        if self.target is Target.ACCOUNT:
            return vol.All(tidy, vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string, **self.fields}))
        if self.target is Target.ALL_LOCKS:
            return vol.All(tidy, vol.Schema({**cv.ENTITY_SERVICE_FIELDS, **self.fields}))
        if self.target is Target.JOB:
            return vol.All(tidy, vol.Schema({vol.Optional("job_id"): cv.string, **self.fields}))
        if self.target is Target.GATEWAYS:
            gateway_id: VolDictType = {vol.Optional("gateway_id"): vol.All(cv.ensure_list, [OBJECT_ID])}
            return vol.All(tidy, vol.Schema({**cv.ENTITY_SERVICE_FIELDS, **gateway_id, **self.fields}))
        return vol.All(tidy, cv.make_entity_service_schema(self.fields))


def confirmed(call: ServiceCall) -> None:
    """Refuse an action that cannot be undone unless the caller confirms it."""
    if not call.data["confirm"]:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_confirmed")
