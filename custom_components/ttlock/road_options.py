"""How the locks of an account are reached over Bluetooth, as the user wants it for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from .client.roads.router import Preference

CONF_CONNECTION: Final = "connection"
CONF_PREFERENCE: Final = "preference"
CONF_ROADS: Final = "roads"
"""Options of single locks, by their numbers."""


class Connection(StrEnum):
    """How long a connection to a lock is kept."""

    ON_DEMAND = "on_demand"
    WARM = "warm"
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadOptions:
    """What the user wants for one lock."""

    preference: Preference = Preference.PREFER_LOCAL
    connection: Connection = Connection.ON_DEMAND

    @classmethod
    def of(cls, options: Mapping[str, Any], lock_id: int) -> Self:
        """Read the options of an entry; those of an entry of hass-ttlock know none of these."""
        chosen = options.get(CONF_ROADS, {}).get(str(lock_id), {})
        return cls(
            preference=Preference(chosen.get(CONF_PREFERENCE, Preference.PREFER_LOCAL)),
            connection=Connection(chosen.get(CONF_CONNECTION, Connection.ON_DEMAND)),
        )

    def as_option(self) -> dict[str, str]:
        """Return it as it is kept."""
        return {CONF_PREFERENCE: self.preference.value, CONF_CONNECTION: self.connection.value}
