"""The view of the demo's dashboard that shows the day of the household."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .api import Json
from .dashboard import FULL_WIDTH, heading, tile

PATH = "day"
HOURS = 24
PHONE_ROWS = 8
ALARMS = """\
{%% for alarm in [%s] if has_value(alarm) %%}
**{{ device_name(alarm) }}**, {{ states(alarm) | as_timestamp | timestamp_custom('%%A %%H:%%M') }}: \
{{ state_attr_translated(alarm, 'event_type') }}\
{%% if state_attr(alarm, 'who') %%} ({{ state_attr(alarm, 'who') }}){%% endif %%}

{%% else %%}
No alarm so far.
{%% endfor %%}
"""
"""The last one of each lock; an event that has told nothing yet is unknown."""
WHOLE_WIDTH = {"grid_options": {"columns": FULL_WIDTH}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the view shows: entities, with their names where it names them."""

    person: str
    locks: Mapping[str, str]
    house_doors: Sequence[str]
    """Those of them of which it is shown who opened."""
    contacts: Mapping[str, str]
    alarms: Sequence[str]
    batteries: Mapping[str, str]
    calendars: Sequence[str]
    lists: Sequence[str]
    automations: Sequence[str]
    light: str
    phone_url: str
    acts: Sequence[Json]
    """Cards that act at a simulated door."""


def day_view(day: Day) -> Json:
    """Return the view: who is there and what stands open, what happened, what is to be done, what is told."""
    return {
        "title": "Day",
        "path": PATH,
        "type": "sections",
        "max_columns": 4,
        "dense_section_placement": True,
        "sections": [
            _section(
                heading("Doors and people", "mdi:home-account"),
                tile(day.person, "Owner"),
                tile(day.light, "Hall light") | {"tap_action": {"action": "toggle"}},
                *(tile(entity_id, name) for entity_id, name in day.locks.items()),
                *(tile(entity_id, name) for entity_id, name in day.contacts.items()),
            ),
            _section(
                heading("Today", "mdi:history"),
                {
                    "type": "logbook",
                    "target": {"entity_id": list(day.house_doors)},
                    "hours_to_show": HOURS,
                    **WHOLE_WIDTH,
                },
                heading("Alarms", "mdi:alarm-light"),
                {"type": "markdown", "content": ALARMS % ", ".join(map(repr, day.alarms)), **WHOLE_WIDTH},
            ),
            _section(
                heading("Phone", "mdi:cellphone-message"),
                {"type": "iframe", "url": day.phone_url, "grid_options": {"columns": FULL_WIDTH, "rows": PHONE_ROWS}},
            ),
            _section(
                heading("At the front door", "mdi:account"),
                *day.acts,
                heading("Automations", "mdi:robot"),
                {"type": "entities", "entities": list(day.automations), "show_header_toggle": False, **WHOLE_WIDTH},
            ),
            _section(
                heading("To do", "mdi:clipboard-check"),
                *({"type": "todo-list", "entity": entity_id, **WHOLE_WIDTH} for entity_id in day.lists),
                columns=2,
            ),
            _section(
                heading("Guests", "mdi:calendar-account"),
                {"type": "calendar", "entities": list(day.calendars), "initial_view": "listWeek", **WHOLE_WIDTH},
                columns=2,
            ),
            _section(
                heading("Batteries", "mdi:battery"),
                *(
                    tile(entity_id, name) | {"features": [{"type": "bar-gauge"}], "features_position": "inline"}
                    for entity_id, name in day.batteries.items()
                ),
            ),
        ],
    }


def _section(*cards: Json, columns: int = 1) -> Json:
    return {"type": "grid", "cards": list(cards), "column_span": columns}
