"""Fixtures: a house with the real recorder on a file, traces, Activity and system log, all of it to be searched."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from .browser import Browser
from .stores import Places, Stores

CHRISTMAS_EVE = "2026-12-24T12:20:00+00:00"
"""Twenty past one for the locks of the world."""
ABOUT_HOME_ASSISTANT: Final = ("component_loaded", "entity_registry_updated", "service_registered")
"""Hundreds of events that hold nothing of ours; they are listened to like all others, but not written down."""
COMPONENTS: Final = (
    "homeassistant",
    "persistent_notification",
    "system_log",
    "trace",
    "logbook",
    "diagnostics",
    "conversation",
    "mobile_app",
)
"""What keeps or shows something, and what cannot be added any more once a browser is connected."""

type ReadAll = Callable[[], Awaitable[Places]]


@pytest.fixture
def persistent_database() -> bool:
    """Keep the database in a file."""
    return True


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Let the recorder write many things at once, as it does outside of tests."""
    return {"commit_interval": 30, "exclude": {"event_types": [*ABOUT_HOME_ASSISTANT]}}


@pytest.fixture
def mock_recorder_before_hass(recorder_db_url: str) -> None:
    """Prepare the database before Home Assistant, as it has to be."""


@pytest.fixture(autouse=True)
def christmas_eve(freezer: FrozenDateTimeFactory) -> None:
    """Let it be that day before anything is scheduled."""
    freezer.move_to(CHRISTMAS_EVE)


@pytest.fixture
async def stores(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    recorder_db_url: str,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> Stores:
    """Return everything that keeps anything, before there is anything to keep."""
    stores = Stores(hass, caplog, Path(recorder_db_url.removeprefix("sqlite:///")), hass_storage)
    for component in COMPONENTS:
        assert await async_setup_component(hass, component, {})
    return stores


@pytest.fixture
async def browser(
    stores: Stores, hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> Browser:
    """Return the browser of an administrator."""
    return Browser(await hass_ws_client(hass))


@pytest.fixture
def read_all(stores: Stores, loaded: MockConfigEntry, browser: Browser, hass_client: ClientSessionGenerator) -> ReadAll:
    """Return how every place is read in the end."""

    async def read() -> Places:
        return await stores.async_read(loaded, browser, hass_client)

    return read
