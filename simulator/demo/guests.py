"""The guests of the demo: what its calendar and its list of expiring access show."""

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from .api import HomeAssistantApi, Json
from .house import DOMAIN, TIME_ZONE, Entities, config_entries, read_entities, settled_entities

LOCK = "front_door"
SHOWN = ("access", "passage", "expiring", "next_expiry", "lockblesignal", "road")
"""Entities of that lock which are disabled at first."""
ARRIVAL, DEPARTURE = 15, 11
STAYS = (("Guests upstairs", "40816273", -1, 2), ("Guests downstairs", "59273816", 1, 4), ("Plumber", "73910482", 0, 1))
"""Name, digits, and the days from today on which a stay begins and ends."""
CLEANER: Final[dict[str, Any]] = {
    "card_name": "Cleaner",
    "card_number": "2882343476",
    "days": ["tue", "fri"],
    "day_start": "09:00:00",
    "day_end": "12:00:00",
}


async def invite(api: HomeAssistantApi, lock_id: int) -> Entities:
    """Show calendars and lists of one lock, and let some people have keys for a while; returns the entities."""
    rows: list[Json] = await api.command("config/entity_registry/list")
    wanted = {f"{DOMAIN}-{lock_id}-{suffix}" for suffix in SHOWN}
    for row in rows:
        if row["platform"] == DOMAIN and row["unique_id"] in wanted:
            await api.command("config/entity_registry/update", entity_id=row["entity_id"], disabled_by=None)
    (entry,) = await config_entries(api)
    await api.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload", {})
    lock = (await settled_entities(api)).by_unique_id[f"{DOMAIN}-{lock_id}-lock"]
    today = datetime.now(ZoneInfo(TIME_ZONE)).replace(minute=0, second=0, microsecond=0)
    for name, code, begin, end in STAYS:
        await api.action(
            f"{DOMAIN}.create_passcode",
            lock,
            passcode_name=name,
            passcode=code,
            start_time=(today + timedelta(days=begin)).replace(hour=ARRIVAL).isoformat(),
            end_time=(today + timedelta(days=end)).replace(hour=DEPARTURE).isoformat(),
        )
    await api.action(f"{DOMAIN}.add_card", lock, **CLEANER)
    return await read_entities(api)
