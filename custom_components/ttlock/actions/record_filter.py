"""Which records of a log are wanted: what happened, with what, by whom, and whether it worked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..client.events import RECORDED, RECORDED_METHODS, method_of, type_of
from ..client.models import Record

FILTER: Final[VolDictType] = {
    vol.Optional("events"): vol.All(cv.ensure_list, [vol.In([kind.value for kind in RECORDED])]),
    vol.Optional("methods"): vol.All(cv.ensure_list, [vol.In(RECORDED_METHODS)]),
    vol.Optional("operator"): cv.string,
    vol.Optional("success"): cv.boolean,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """What a caller wants to see; what is not given does not limit."""

    events: frozenset[str]
    methods: frozenset[str]
    operator: str | None
    success: bool | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Read the fields of a call."""
        operator = data.get("operator")
        return cls(
            events=frozenset(data.get("events", ())),
            methods=frozenset(data.get("methods", ())),
            operator=None if operator is None else operator.strip().casefold(),
            success=data.get("success"),
        )

    @property
    def limits(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.events or self.methods) or self.operator is not None or self.success is not None

    def wants(self, record: Record) -> bool:
        """Return whether a record is wanted."""
        return (
            (not self.events or type_of(record) in self.events)
            and (not self.methods or method_of(record.record_type) in self.methods)
            and (self.operator is None or (record.who or "").strip().casefold() == self.operator)
            and (self.success is None or record.success is self.success)
        )
