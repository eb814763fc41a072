"""Fixtures: the virtual TTLock world on loopback, and a Home Assistant that is signed in to it."""

from collections.abc import AsyncGenerator, Callable, Generator
import gc
import logging
import os
from types import ModuleType
from unittest.mock import PropertyMock, patch

import freezegun.api
from homeassistant.components.application_credentials import ClientCredential, async_import_client_credential
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.loader import DATA_INTEGRATIONS, Integration
from homeassistant.setup import async_setup_component
from homeassistant.util import executor
from hypothesis import settings
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

import custom_components  # noqa: F401  # before the plugin imports its own package of that name
from custom_components.ttlock import const
from custom_components.ttlock.account import token_data
from custom_components.ttlock.client import Application, Secret, password_digest, sign_in
from custom_components.ttlock.client.cloud import transport
from custom_components.ttlock.const import DOMAIN, ENV_API_URL
from simulator import CloudServer, World

from .canaries.watch import no_code_told  # noqa: F401  # asked for by name below
from .translation_check import check_translations  # noqa: F401  # asked for by name below

# How long an example takes says nothing on a machine that does other things, too.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")

WHOLE_HOUSE = pytest.mark.locks()
"""A test among others with fewer locks that needs all of them."""
WATCHED = {
    "test_actions",
    "test_blueprints",
    "test_blueprints_locking",
    "test_calendar_writing",
    "test_event_automations",
    "test_one_time_code",
    "test_people_actions",
    "test_push",
    "test_records",
    "test_share_access",
    "test_triggers",
    "test_unlock_code",
    "test_voice_approval",
    "test_voice_conversation",
    "test_voice_tools",
    "test_without_account",
}
"""Where codes are used a lot: after each scenario bus, log and traces are searched for every code of its house."""
ALL_WATCHED = "CANARIES" in os.environ
"""After every scenario, which takes longer."""
MOMENT = os.environ.get("MOMENT", "2026-10-14T09:30:12.345+00:00")
"""When a test begins that holds the clock: at no hour and on no day of which a month, a time zone or
a habit is fond. Others are tried by hand (CONTRIBUTING.md)."""
CREDENTIAL_ID = "ttlock_app"
ENTRY_ID = "01JZ6M8T4VX0A5N3K7QWERTY12"
"""Part of unique ids, which snapshots hold."""
WEBHOOK_ID = "5b" * 32


# On a busy machine a worker needs longer than a tenth of a second to end. Home Assistant interrupts it then, and what
# would have ended the next worker is lost with it: that one waits for ever, and the test is blamed.
executor._JOIN_ATTEMPTS = 1


def _size(module: ModuleType) -> str:
    """Return whether a module may have taken in another clock: to hash all names of all modules costs 10 ms a test."""
    return f"{id(module)}-{len(vars(module))}"


freezegun.api._get_module_attributes_hash = _size


def pytest_sessionfinish() -> None:
    """Leave what is still there alone: pytest looks through all of it five times, which takes seconds."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def quiet_loggers() -> None:
    """Keep loggers from saying more than they do outside of tests, or more than anybody reads."""
    # The stand-in for storage logs what it stores; Home Assistant's own does not, and a private file may hold digits.
    logging.getLogger("pytest_homeassistant_custom_component.common").setLevel(logging.INFO)
    # A line for every entity and component of every test costs a tenth of its time.
    for name in ("helpers.entity_registry", "loader", "setup"):
        logging.getLogger(f"homeassistant.{name}").setLevel(logging.WARNING)
    # What is logged is captured once: by pytest, not by the handler of the plugin for a console nobody sees as well.
    for handler in [handler for handler in logging.root.handlers if type(handler) is logging.StreamHandler]:
        logging.root.removeHandler(handler)
    # It cannot say when a page was asked for while the clock is held.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


_FOUND: dict[str, Integration] = {}
"""The integrations of Home Assistant that are set up with ours, as the first house has found them."""


def _look_up(hass: HomeAssistant) -> None:
    """Let a house know them without a look at their files, for which it would begin a thread each."""
    known = hass.data[DATA_INTEGRATIONS]
    for domain, found in _FOUND.items():
        known[domain] = Integration(hass, found.pkg_path, found.file_path, found.manifest, found._top_level_files)


@pytest.fixture(autouse=True)
def auto_enable_custom_integrations(request: pytest.FixtureRequest) -> None:
    """Make the integration loadable in every test that has a Home Assistant."""
    if request.node.get_closest_marker("platforms"):
        # For as long as there is a house, which is taken down at last.
        request.getfixturevalue("platforms")
    if "freezer" in request.fixturenames:
        # Before anything is scheduled: holding the clock later makes every timer due at once.
        request.getfixturevalue("freezer").move_to(MOMENT)
    if "hass" in request.fixturenames:
        _look_up(request.getfixturevalue("hass"))
        request.getfixturevalue("no_pauses")
        request.getfixturevalue("enable_custom_integrations")
        request.getfixturevalue("check_translations")
    module = request.module.__name__.rpartition(".")[2]
    if {"hass", "world"} <= set(request.fixturenames) and (ALL_WATCHED or module in WATCHED):
        request.getfixturevalue("no_code_told")


def _has_loop(request: pytest.FixtureRequest) -> bool:
    return "hass" in request.fixturenames or request.node.get_closest_marker("asyncio") is not None


@pytest.fixture(autouse=True)
def configure_event_loop(request: pytest.FixtureRequest) -> None:
    """Make a loop for tests that have one: for every other test, too, it takes longer than most of these."""
    if _has_loop(request):
        request.getfixturevalue("configure_event_loop")


@pytest.fixture(autouse=True)
def verify_cleanup(request: pytest.FixtureRequest) -> None:
    """Look for tasks and timers that are left where there can be any, for the same reason."""
    if _has_loop(request):
        request.getfixturevalue("verify_cleanup")


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the event loop's debug mode off: it takes a third of the time of every test, to write down call stacks."""


@pytest.fixture(autouse=True, scope="session")
def disable_http_server() -> Generator[None]:
    """Let no Home Assistant open its port; the plugin does and undoes this for each test."""
    http = "homeassistant.components.http.HomeAssistantHTTP"
    with patch(f"{http}.async_bind"), patch(f"{http}.start"):
        yield


@pytest.fixture(autouse=True, scope="session")
def skip_stop_scripts() -> Generator[None]:
    """Let no script wait for its end when Home Assistant stops; once, as above."""
    with patch("homeassistant.helpers.script._schedule_stop_scripts_after_shutdown"):
        yield


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots the way Home Assistant does."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


def locks_wanted(request: pytest.FixtureRequest) -> tuple[str, ...] | None:
    """Return which locks a test needs (mark `locks`), None for all."""
    marker = request.node.get_closest_marker("locks")
    return (marker.args or None) if marker else None


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """Return the default virtual world; with only some of its locks for tests that need no more (mark `locks`)."""
    return World.load(only=locks_wanted(request))


@pytest.fixture
async def cloud(world: World, socket_enabled: None, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[CloudServer]:
    """Return the world's cloud, to which the integration is pointed."""
    async with CloudServer(world, region="eu") as server:
        monkeypatch.setenv(ENV_API_URL, server.url)
        yield server


@pytest.fixture
async def credentials(hass: HomeAssistant, world: World) -> None:
    """Enter the developer application."""
    await async_setup_component(hass, "application_credentials", {})
    application = world.application
    await async_import_client_credential(
        hass, DOMAIN, ClientCredential(application.client_id, application.client_secret), CREDENTIAL_ID
    )


@pytest.fixture
async def entry(hass: HomeAssistant, world: World, cloud: CloudServer, credentials: None) -> MockConfigEntry:
    """Return the entry of the owner's account, not yet set up."""
    owner = world.account("owner")
    application = Application(
        client_id=world.application.client_id, client_secret=Secret(world.application.client_secret)
    )
    token = await sign_in(
        async_get_clientsession(hass), cloud.url, application, owner.username, password_digest(owner.password)
    )
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id=ENTRY_ID,
        title=owner.username,
        unique_id=str(owner.uid),
        minor_version=2,
        data={
            "auth_implementation": CREDENTIAL_ID,
            "region": "eu",
            "username": owner.username,
            "token": token_data(token),
            # Whoever has had an address for long is not offered to set callbacks up.
            "webhook_id": WEBHOOK_ID,
        },
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def all_enabled() -> Generator[None]:
    """Enable entities that are disabled at first."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock,
        return_value=True,
    ):
        yield


@pytest.fixture
def platforms(request: pytest.FixtureRequest) -> Generator[None]:
    """Set up no more platforms than a test needs (mark `platforms`)."""
    marker = request.node.get_closest_marker("platforms")
    assert marker
    with patch("custom_components.ttlock.PLATFORMS", list(marker.args)):
        yield


@pytest.fixture
async def loaded(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Return the entry, set up, with its first background reading done."""
    await setup(hass, entry)
    return entry


async def setup(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up and let it read what it reads in the background."""
    await async_setup_component(hass, "homeassistant", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    if not _FOUND:
        found = hass.data[DATA_INTEGRATIONS].items()
        _FOUND.update((name, one) for name, one in found if isinstance(one, Integration) and one.is_built_in)


@pytest.fixture
def entity_id(hass: HomeAssistant, world: World) -> Callable[[str, str, str], str]:
    """Return a look-up of entity ids by platform, key of the lock in the world, and key of the entity."""

    def find(platform: str, lock: str, key: str) -> str:
        unique_id = f"ttlock-{world.lock(lock).lock_id}-{key}"
        found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, unique_id)
        assert found, f"no {platform} with unique id {unique_id}"
        return found

    return find


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client repeat at once: a test that holds the clock would wait for ever."""
    monkeypatch.setattr(transport, "BUSY_PAUSES_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(transport, "FAULT_PAUSES_SECONDS", (0.0,))
    monkeypatch.setattr(const, "FIRST_READING_DELAY_SECONDS", 0)


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon on answers that never come."""

    monkeypatch.setattr(transport, "READ_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(transport, "LIVE_TIMEOUT_SECONDS", 0.2)
