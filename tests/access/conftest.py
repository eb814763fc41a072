"""Fixtures: the calendar page of Home Assistant, in front of the virtual world on a Monday morning."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from ..test_lock import Find
from ..test_secrecy import everything_said  # noqa: F401  # asked for by name

MONDAY_MORNING = "2026-11-30T07:30:00+00:00"
"""Half past eight for the locks of the world, which stay an hour ahead of UTC."""

PAGES = ("homeassistant.components.calendar.CalendarEntity", "homeassistant.components.todo.TodoListEntity")

type Events = Callable[..., Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def pages_enabled() -> Generator[None]:
    """Enable calendars and lists, which are disabled at first: all the other entities take longer than these tests."""
    with ExitStack() as stack:
        for page in PAGES:
            stack.enter_context(patch(f"{page}.entity_registry_enabled_default", new=True))
        yield


@pytest.fixture(autouse=True)
def monday(freezer: FrozenDateTimeFactory) -> None:
    """Hold the clock."""
    freezer.move_to(MONDAY_MORNING)


@pytest.fixture
async def socket(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    """Return the connection of somebody who has the calendar page open."""
    return await hass_ws_client(hass)


@pytest.fixture
def page(socket: MockHAClientWebSocket, entity_id: Find) -> Events:
    """Return what the calendar page gets for a range of time, a week from now if nothing else is said."""

    async def events(
        lock: str = "front_door", key: str = "access", start: datetime | None = None, days: int = 7
    ) -> list[dict[str, Any]]:
        start = start or dt_util.utcnow()
        await socket.send_json_auto_id(
            {
                "type": "calendar/event/subscribe",
                "entity_id": entity_id("calendar", lock, key),
                "start": start.isoformat(),
                "end": (start + timedelta(days=days)).isoformat(),
            }
        )
        subscribed = await socket.receive_json()
        assert subscribed["success"], subscribed
        found: list[dict[str, Any]] = (await socket.receive_json())["event"]["events"]
        await socket.send_json_auto_id({"type": "unsubscribe_events", "subscription": subscribed["id"]})
        while (await socket.receive_json())["type"] != "result":
            pass
        return found

    return events
