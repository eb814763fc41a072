"""Every place where Home Assistant keeps, writes or shows something, as text (voice-and-automation.md 8)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
import json
import logging
from pathlib import Path
import sqlite3
from typing import Any, Final

from homeassistant.components.conversation.trace import async_get_traces
from homeassistant.components.trace.const import DATA_TRACE
from homeassistant.const import EVENT_LOGGING_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.helpers.json import ExtendedJSONEncoder, json_dumps
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_get_persistent_notifications
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from .browser import Browser
from .search import shown

type Places = dict[str, str]

LOUD: Final = ("sqlalchemy.engine", "homeassistant.components.recorder", "aiosqlite")
"""They only repeat, each of them, what they write into the database, which is searched itself."""
EVENTS: Final = """
    SELECT event_types.event_type, event_data.shared_data FROM events
    JOIN event_types USING (event_type_id) JOIN event_data USING (data_id)
"""
STATES: Final = """
    SELECT states_meta.entity_id, states.state, state_attributes.shared_attrs FROM states
    JOIN states_meta USING (metadata_id) LEFT JOIN state_attributes USING (attributes_id)
"""


@dataclass
class Stores:
    """The places of one Home Assistant; it listens to the bus from the start."""

    hass: HomeAssistant
    caplog: pytest.LogCaptureFixture
    database: Path
    files: Mapping[str, Any]
    """What it stores beside the database, by name."""
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Hear everything, and have everything logged."""
        for name in LOUD:
            self.caplog.set_level(logging.WARNING, name)
        # The last, for it is the one that counts for what is captured of all.
        self.caplog.set_level(logging.DEBUG)
        self.hass.bus.async_listen("*", self._hear)
        self.hass.bus.async_fire(EVENT_LOGGING_CHANGED)

    @callback
    def _hear(self, event: Event) -> None:
        self.events.append(event)

    async def async_read(self, entry: MockConfigEntry, browser: Browser, client: ClientSessionGenerator) -> Places:
        """Return what is in every place, for which Home Assistant is stopped."""
        hass, caplog = self.hass, self.caplog
        await hass.async_block_till_done(wait_background_tasks=True)
        await async_wait_recording_done(hass)
        records = [*caplog.get_records("setup"), *caplog.get_records("call")]
        begin, end = ((dt_util.utcnow() + timedelta(days=days)).isoformat() for days in (-400, 1))
        registered = (*er.async_get(hass).entities.values(), *dr.async_get(hass).devices)
        places = {
            "activity": _text(await browser.look_up("logbook/get_events", start_time=begin, end_time=end)),
            "system log": _text(await browser.look_up("system_log/list")),
            "diagnostics": await self._diagnostics(entry, client),
            "notifications": _text(async_get_persistent_notifications(hass)),
            "repairs": repr(ir.async_get(hass).issues),
            "registries": "\n".join(repr(item) for item in registered),
            "entries": _text([other.as_dict() for other in hass.config_entries.async_entries()]),
            "conversations": _text([trace.as_dict() for trace in async_get_traces()]),
            "traces": _text(
                [trace.as_dict() for bucket in hass.data[DATA_TRACE].values() for trace in bucket.all_traces()]
            ),
            **_joined((f"state {state.entity_id}", _text(state.as_dict())) for state in hass.states.async_all()),
        }
        await browser.socket.close()
        # That what was found was sent to us in between is not to be found.
        asked = len(caplog.get_records("call"))
        await hass.async_stop(force=True)
        records += caplog.get_records("call")[asked:]
        return {
            **places,
            "pages": _text(browser.pages),
            **_joined((f"bus {event.event_type}", _text(event.as_dict())) for event in self.events),
            **_joined((f"log {record.name}", caplog.handler.format(record)) for record in records),
            **{f"file {name}": json.dumps(content) for name, content in self.files.items()},
            **await hass.async_add_executor_job(self._recorded),
        }

    async def _diagnostics(self, entry: MockConfigEntry, client: ClientSessionGenerator) -> str:
        await async_setup_component(self.hass, "diagnostics", {})
        devices = dr.async_entries_for_config_entry(dr.async_get(self.hass), entry.entry_id)
        found = [await get_diagnostics_for_device(self.hass, client, entry, device) for device in devices]
        return _text([await get_diagnostics_for_config_entry(self.hass, client, entry), *found])

    def _recorded(self) -> Places:
        """Return every row of every table, and the bytes of the files: what was deleted is in them for long."""
        with closing(sqlite3.connect(self.database)) as database:
            database.text_factory = _decoded
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            assert {"events", "event_data", "states", "state_attributes", "statistics"} <= set(tables)
            rows = {
                f"database {table}": "\n".join(_row(row) for row in database.execute(f'SELECT * FROM "{table}"'))
                for table in tables
            }
            events = _joined((f"database event {row[0]}", _row(row)) for row in database.execute(EVENTS))
            states = _joined((f"database state {row[0]}", _row(row)) for row in database.execute(STATES))
        # These say more exactly where it is.
        for table in ("event_data", "state_attributes"):
            del rows[f"database {table}"]
        files = self.database.parent.glob(f"{self.database.name}*")
        return {
            **rows,
            **events,
            **states,
            "database file": "\n".join(path.read_bytes().decode("latin-1") for path in files),
        }


def where(numbers: Iterable[str], places: Places) -> dict[str, set[str]]:
    """Return where each number can be read."""
    found: dict[str, set[str]] = {number: set() for number in numbers}
    for place, text in places.items():
        for number in shown(found, text):
            found[number].add(place)
    return found


def _text(content: Any) -> str:
    try:
        return json_dumps(content)
    except TypeError:
        # What is no JSON is text, as in the file of traces.
        return json.dumps(content, cls=ExtendedJSONEncoder, ensure_ascii=False)


def _joined(parts: Iterable[tuple[str, str]]) -> Places:
    """Return texts of one place as one."""
    found = defaultdict(list)
    for place, text in parts:
        found[place].append(text)
    return {place: "\n".join(texts) for place, texts in found.items()}


def _row(row: tuple[Any, ...]) -> str:
    return "\t".join(_columns(row))


def _columns(row: tuple[Any, ...]) -> Iterator[str]:
    for column in row:
        yield _decoded(column) if isinstance(column, bytes) else str(column)


def _decoded(content: bytes) -> str:
    """Return bytes as text, whatever they are."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")
