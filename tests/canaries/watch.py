"""Looking after a scenario for the codes that were in its house: not on the bus, in the log or in a trace.

Callers may put digits into actions and have them told; these are the only ways by which digits get into traces, and what
is in the calls is left out here. What Home Assistant does with them is tried in `test_home_assistant.py`.
"""

from collections.abc import Generator
from itertools import chain
import json
import logging
from typing import Any, Final

from homeassistant.components.trace.const import DATA_TRACE
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers.json import ExtendedJSONEncoder, json_dumps
import pytest

from simulator import World
from simulator.keypad import Keypad

from .search import shown

FEWEST_DIGITS: Final = 6
"""Fewer are met by chance."""
ABOUT_HOME_ASSISTANT: Final = frozenset(
    {
        "call_service",
        "component_loaded",
        "core_config_updated",
        "device_registry_updated",
        "entity_registry_updated",
        "panels_updated",
        "service_registered",
        "service_removed",
    }
)
"""What is the caller's, and what is about neither locks nor people."""
SEPARATORS: Final = str.maketrans("", "", " -.,_/")


class Watch:
    """What was said in a house, and which codes its keypads ever knew."""

    def __init__(self, hass: HomeAssistant, world: World, caplog: pytest.LogCaptureFixture) -> None:
        """Listen from now on."""
        self._hass = hass
        self._world = world
        self._caplog = caplog
        self._typed = set(chain.from_iterable(lock.keypad.table for lock in world.locks.values()))
        self._events: list[Event[Any]] = []
        caplog.set_level(logging.DEBUG, "custom_components.ttlock")
        self.stop = hass.bus.async_listen("*", self._hear)

    @callback
    def _hear(self, event: Event[Any]) -> None:
        if event.event_type not in ABOUT_HOME_ASSISTANT:
            self._events.append(event)

    def note(self, *codes: str | None) -> None:
        """Take note of codes that a keypad is taught."""
        self._typed.update(code for code in codes if code)

    @property
    def codes(self) -> set[str]:
        """Return all codes, with those that locks work out for themselves."""
        made = (passcode.digits for row in self._world.rows.values() for passcode in row.passcodes.values())
        refused = chain.from_iterable(lock.keypad.blacklist for lock in self._world.locks.values())
        return {code for code in chain(self._typed, made, refused) if len(code) >= FEWEST_DIGITS}

    def leaks(self) -> dict[str, frozenset[str]]:
        """Return which codes were told where."""
        codes = self.codes
        places = {
            "bus": "\n".join(map(_heard, self._events)),
            "log": self._caplog.text,
            "traces": _traced(self._hass),
        }
        return {place: found for place, text in places.items() if (found := _codes_in(text, codes))}


@pytest.fixture
def no_code_told(
    hass: HomeAssistant, world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Generator[Watch]:
    """Watch a scenario, and look for its codes in the end."""
    watch = Watch(hass, world, caplog)
    add, change = Keypad.add, Keypad.change

    def noting_add(keypad: Keypad, digits: str, **fields: Any) -> None:
        watch.note(digits)
        add(keypad, digits, **fields)

    def noting_change(keypad: Keypad, digits: str, *, new_digits: str | None, **fields: Any) -> None:
        watch.note(digits, new_digits)
        change(keypad, digits, new_digits=new_digits, **fields)

    monkeypatch.setattr(Keypad, "add", noting_add)
    monkeypatch.setattr(Keypad, "change", noting_change)
    yield watch
    watch.stop()
    assert watch.leaks() == {}


def _codes_in(text: str, codes: set[str]) -> frozenset[str]:
    """Return which codes can be read in a text; it is read closely only if there is something like one."""
    flat = text.translate(SEPARATORS)
    return shown(codes, text) if any(code in flat for code in codes) else frozenset()


def _heard(event: Event[Any]) -> str:
    if event.event_type != EVENT_STATE_CHANGED:
        return json_dumps(event.data)
    state: State | None = event.data["new_state"]
    return state.as_dict_json.decode() if state else ""


def _traced(hass: HomeAssistant) -> str:
    """Return the traces as they are written to their file when Home Assistant stops."""
    buckets = hass.data.get(DATA_TRACE, {}).values()
    traces = [trace.as_extended_dict() for bucket in buckets for trace in bucket.all_traces()]
    return json.dumps(traces, cls=ExtendedJSONEncoder) if traces else ""
