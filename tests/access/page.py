"""Reading what the calendar page shows, and doing what the vendor's app would."""

from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import Validity
from custom_components.ttlock.client.cyclic import weekly
from simulator import CloudServer, World

TABLES = frozenset(
    {
        "/v3/lock/listKeyboardPwd",
        "/v3/lock/listKey",
        "/v3/identityCard/list",
        "/v3/fingerprint/list",
        "/v3/remote/listByLock",
    }
)


def named(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the first event of each name."""
    return {event["summary"]: event for event in reversed(events)}


def hours(event: dict[str, Any]) -> tuple[str, str]:
    """Return start and end of an event."""
    return event["start"], event["end"]


def table_calls(cloud: CloudServer) -> int:
    """Return how many calls were made for tables of credentials."""
    return sum(cloud.calls[path] for path in TABLES)


async def teach_weekly_card(loaded: MockConfigEntry, world: World) -> None:
    """Put a card on the front door that opens from eight to five on workdays, as the vendor's app would."""
    validity = Validity.cyclic(weekly(range(1, 6), 8 * 60, 17 * 60))
    lock_id = world.lock("front_door").lock_id
    await loaded.runtime_data.cloud.cards.add(lock_id, Secret("2882343476"), validity, "Office card")
