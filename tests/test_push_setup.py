"""Setting callbacks up: offered where they can help, shown step by step, gone when they have proved themselves."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import socket
import ssl
from typing import Any
from unittest.mock import AsyncMock, patch

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import cloud as ha_cloud
from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ttlock import push_address, push_repair
from custom_components.ttlock.account import token_data
from custom_components.ttlock.client import Application, Secret, password_digest, sign_in
from custom_components.ttlock.const import DOMAIN
from custom_components.ttlock.push_state import GRACE, MISSED
from simulator import CloudServer, World

from .conftest import ENTRY_ID, setup
from .passing_time import pass_time
from .test_push import Other, client, form, other, path, post, record  # noqa: F401  # fixtures

pytestmark = pytest.mark.locks("front_door")

HOOK = "https://hooks.nabu.casa/secret"
PUBLIC = "https://house.example.com"

type Issue = Callable[[], ir.IssueEntry | None]
type Step = dict[str, Any]


@pytest.fixture
def issue(hass: HomeAssistant) -> Issue:
    """Return how to look at the repair."""

    def find() -> ir.IssueEntry | None:
        found = ir.async_get(hass).async_get_issue(DOMAIN, f"callbacks_{ENTRY_ID}")
        return found if found and found.active else None

    return find


@pytest.fixture(autouse=True)
async def repairs(hass: HomeAssistant) -> None:
    """Set repairs up before anybody from outside connects: no page can be added after that."""
    assert await async_setup_component(hass, "repairs", {})


@pytest.fixture
async def entry(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry that has just been made."""
    new = {key: value for key, value in entry.data.items() if key != "webhook_id"}
    hass.config_entries.async_update_entry(entry, data=new)
    return entry


@pytest.fixture
def public(hass: HomeAssistant) -> Generator[None]:
    """Give the house an address on the internet, which the machine of the test cannot look at."""
    hass.config.external_url = PUBLIC
    with patch.object(push_address, "_async_problem", return_value=None):
        yield


async def begin(hass: HomeAssistant, *entries: MockConfigEntry) -> Step:
    """Open the repair, that of the account that has it when there are several."""
    shown = {issue_id for _, issue_id in ir.async_get(hass).issues}
    ids = [f"callbacks_{entry.entry_id}" for entry in entries] or [f"callbacks_{ENTRY_ID}"]
    issue_id = next(name for name in ids if name in shown)
    await hass.async_block_till_done()
    manager = repairs_flow_manager(hass)
    assert manager is not None
    return dict(await manager.async_init(DOMAIN, context={"issue_id": issue_id}))


async def choose(hass: HomeAssistant, step: Step, option: str) -> Step:
    """Choose from a menu."""
    manager = repairs_flow_manager(hass)
    assert manager is not None
    return dict(await manager.async_configure(step["flow_id"], {"next_step_id": option}))


async def submit(hass: HomeAssistant, step: Step) -> Step:
    """Submit a form as it is."""
    manager = repairs_flow_manager(hass)
    assert manager is not None
    schema = step.get("data_schema")
    return dict(await manager.async_configure(step["flow_id"], schema({}) if schema else {}))


async def later(hass: HomeAssistant, step: Step) -> Step:
    """Return what the window shows after something has come, as the frontend asks for it."""
    for _ in range(20):
        # What the window waits for goes on in the background, where nobody waits for it.
        await asyncio.sleep(0)
    manager = repairs_flow_manager(hass)
    assert manager is not None
    return dict(await manager.async_configure(step["flow_id"]))


async def test_a_new_account_is_led_from_the_address_to_the_first_event(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    public: None,
    client: TestClient[Any, Any],  # noqa: F811
    path: str,  # noqa: F811
    world: World,
    issue: Issue,
) -> None:
    found = issue()
    assert found is not None
    assert (found.is_fixable, found.severity) == (True, ir.IssueSeverity.WARNING)
    offer = await begin(hass)
    assert (offer["type"], offer["step_id"], offer["menu_options"]) == (
        FlowResultType.MENU,
        "offer",
        ["address", "ignore"],
    )
    address = await choose(hass, offer, "address")
    assert address["description_placeholders"]["url"] == f"{PUBLIC}{path}"
    waiting = await submit(hass, address)
    assert (waiting["type"], waiting["progress_action"]) == (FlowResultType.SHOW_PROGRESS, "test")
    await client.post(path, data={"test": "1"})
    waiting = await later(hass, waiting)
    assert (waiting["type"], waiting["progress_action"]) == (FlowResultType.SHOW_PROGRESS, "event")
    await client.post(path, data=form(world, record(), lockMac="00:00:00:00:00:00"))
    assert (await later(hass, waiting))["progress_action"] == "event"
    await post(hass, client, path, form(world, record()))
    assert issue() is None


async def test_an_event_that_comes_first_ends_the_set_up_too(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    public: None,
    client: TestClient[Any, Any],  # noqa: F811
    path: str,  # noqa: F811
    world: World,
    issue: Issue,
) -> None:
    waiting = await submit(hass, await choose(hass, await begin(hass), "address"))
    await client.post(path, data=form(world, record()))
    end = await later(hass, waiting)
    while end["type"] is FlowResultType.SHOW_PROGRESS:
        end = await later(hass, end)
    assert end["type"] is FlowResultType.CREATE_ENTRY
    assert issue() is None
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue() is None


async def test_who_hears_nothing_is_told_what_to_look_at_and_may_wait_on(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    public: None,
    client: TestClient[Any, Any],  # noqa: F811
    path: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(push_repair, "PATIENCE_SECONDS", 0)
    waiting = await submit(hass, await choose(hass, await begin(hass), "address"))
    nothing = await later(hass, waiting)
    assert (nothing["type"], nothing["step_id"]) == (FlowResultType.FORM, "nothing")
    await client.post(path, data={})
    waiting = await submit(hass, nothing)
    no_event = await later(hass, waiting)
    while no_event["type"] is not FlowResultType.FORM:
        no_event = await later(hass, no_event)
    assert no_event["step_id"] == "no_event"
    monkeypatch.setattr(push_repair, "PATIENCE_SECONDS", 600)
    assert (await submit(hass, no_event))["progress_action"] == "event"


async def test_who_does_not_want_it_is_not_asked_again(
    hass: HomeAssistant, loaded: MockConfigEntry, freezer: FrozenDateTimeFactory, issue: Issue
) -> None:
    end = await choose(hass, await begin(hass), "ignore")
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "ignored")
    for _ in range(2):
        await hass.config_entries.async_reload(loaded.entry_id)
        await pass_time(hass, freezer, timedelta(hours=1))
    found = issue()
    assert found is not None
    assert found.dismissed_version is not None


# -- Who is asked --------------------------------------------------------------------------------------------------


async def test_an_account_without_a_lock_that_would_tell_is_not_bothered(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: CloudServer, world: World, issue: Issue
) -> None:
    guest = world.account("guest")
    application = Application(
        client_id=world.application.client_id, client_secret=Secret(world.application.client_secret)
    )
    token = await sign_in(
        async_get_clientsession(hass), cloud.url, application, guest.username, password_digest(guest.password)
    )
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token_data(token)})
    await setup(hass, entry)
    assert entry.runtime_data.locks
    assert issue() is None


async def test_one_of_the_accounts_of_an_application_asks_and_none_when_one_hears(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    other: Other,  # noqa: F811
    hass_client_no_auth: ClientSessionGenerator,
    world: World,
) -> None:
    second = other()
    await setup(hass, entry)
    issues = ir.async_get(hass).issues
    assert len([key for key in issues if key[1].startswith("callbacks_")]) == 1
    outside = await hass_client_no_auth()
    await post(hass, outside, f"/api/webhook/{second.data['webhook_id']}", form(world, record()))
    assert not [key for key in issues if key[1].startswith("callbacks_")]
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [key for key in issues if key[1].startswith("callbacks_")]


async def test_an_entry_of_hass_ttlock_is_asked_only_when_records_come_without_callbacks(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, freezer: FrozenDateTimeFactory, issue: Issue
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, "webhook_id": "kept"})
    await setup(hass, entry)
    assert issue() is None
    lock = next(lock for lock in entry.runtime_data.locks.values() if lock.name == "Front Door")
    for _ in range(MISSED):
        freezer.tick(30)
        world.lock("front_door").turn_key()
        world.upload()
    await lock.log.async_read()
    await pass_time(hass, freezer, GRACE + timedelta(seconds=2))
    assert issue() is not None
    assert (await begin(hass))["step_id"] == "offer"


async def test_callbacks_that_stop_are_said_with_the_address_to_compare(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    public: None,
    client: TestClient[Any, Any],  # noqa: F811
    path: str,  # noqa: F811
    world: World,
    issue: Issue,
) -> None:
    await post(hass, client, path, form(world, record()))
    lock = next(lock for lock in loaded.runtime_data.locks.values() if lock.name == "Front Door")
    for _ in range(MISSED):
        freezer.tick(30)
        world.lock("front_door").turn_key()
        world.upload()
    await lock.log.async_read()
    assert issue() is None
    await pass_time(hass, freezer, GRACE + timedelta(seconds=2))
    assert issue() is not None
    silent = await begin(hass)
    assert silent["step_id"] == "silent"
    assert (await choose(hass, silent, "address"))["step_id"] == "address"
    await post(hass, client, path, form(world, record()))
    assert issue() is None


# -- Why it cannot work --------------------------------------------------------------------------------------------


async def test_why_it_cannot_work_is_said_and_looked_at_again(
    hass: HomeAssistant, loaded: MockConfigEntry, public: None
) -> None:
    for url, problem in (
        (None, "no_external_url"),
        ("https://203.0.113.7", "ip_address"),
        ("http://house.example.com:8123", "plain_http"),
        ("https://house.example.com:8123", "other_port"),
    ):
        hass.config.external_url = url
        wrong = await choose(hass, await begin(hass), "address")
        assert (wrong["type"], wrong["step_id"]) == (FlowResultType.FORM, problem)
        assert (await submit(hass, wrong))["step_id"] == problem
        hass.config.external_url = PUBLIC
        assert (await submit(hass, wrong))["step_id"] == "address"


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch, socket_enabled: None) -> AsyncGenerator[None]:
    """Let the names of this machine be known: Home Assistant's own session asks a server for them."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(family=socket.AF_INET)) as session:
        monkeypatch.setattr(push_address, "async_get_clientsession", lambda hass: session)
        yield


@pytest.fixture
async def own_certificate(tmp_path: Path, names: None) -> AsyncGenerator[int]:
    """Serve HTTPS with a certificate that signs itself, and return the port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "own.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    server = TestServer(web.Application(), host="localhost")
    await server.start_server(ssl=context)
    assert server.port is not None
    yield server.port
    await server.close()


async def test_a_certificate_of_ones_own_is_noticed(
    hass: HomeAssistant, loaded: MockConfigEntry, own_certificate: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_address, "PORTS", (own_certificate,))
    hass.config.external_url = f"https://localhost:{own_certificate}"
    wrong = await choose(hass, await begin(hass), "address")
    assert wrong["step_id"] == "certificate"


async def test_an_address_that_cannot_be_seen_from_inside_is_not_called_wrong(
    hass: HomeAssistant, loaded: MockConfigEntry, names: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_address, "PORTS", (1,))
    hass.config.external_url = "https://localhost:1"
    assert (await choose(hass, await begin(hass), "address"))["step_id"] == "address"


# -- Home Assistant Cloud ------------------------------------------------------------------------------------------


@pytest.fixture
def subscribed(hass: HomeAssistant) -> Generator[dict[str, AsyncMock]]:
    """Let Home Assistant Cloud be there, as far as its functions tell."""
    hass.config.components.add("cloud")
    with (
        patch.object(ha_cloud, "async_active_subscription", return_value=True),
        patch.object(ha_cloud, "async_get_or_create_cloudhook", return_value=HOOK) as create,
        patch.object(ha_cloud, "async_delete_cloudhook") as delete,
    ):
        yield {"create": create, "delete": delete}


async def test_home_assistant_cloud_gives_an_address_that_goes_with_the_last_account(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    other: Other,  # noqa: F811
    subscribed: dict[str, AsyncMock],
) -> None:
    second = other()
    await setup(hass, entry)
    assert not subscribed["create"].called
    address = await choose(hass, await begin(hass, entry, second), "address")
    assert address["description_placeholders"]["url"] == HOOK
    subscribed["create"].assert_awaited_once_with(hass, entry.data["webhook_id"])
    webhook_id = entry.data["webhook_id"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert not subscribed["delete"].called
    await hass.config_entries.async_remove(second.entry_id)
    subscribed["delete"].assert_awaited_once_with(hass, webhook_id)


async def test_a_callback_through_home_assistant_cloud_is_heard(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World
) -> None:
    from urllib.parse import urlencode

    from homeassistant.components.webhook import async_handle_webhook
    from homeassistant.util.aiohttp import MockRequest

    body = urlencode(form(world, record())).encode()
    request = MockRequest(content=body, mock_source="cloud", method="POST")
    response = await async_handle_webhook(hass, loaded.data["webhook_id"], request)
    assert response.text == "success"
    assert loaded.runtime_data.push.alive


async def test_without_a_connection_to_the_cloud_the_own_address_is_used_or_that_is_said(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    public: None,
    path: str,  # noqa: F811
    subscribed: dict[str, AsyncMock],
) -> None:
    subscribed["create"].side_effect = ha_cloud.CloudNotConnected
    offer = await begin(hass)
    address = await choose(hass, offer, "address")
    assert address["description_placeholders"]["url"] == f"{PUBLIC}{path}"
    hass.config.external_url = None
    wrong = await choose(hass, await begin(hass), "address")
    assert wrong["step_id"] == "cloud_disconnected"
    subscribed["create"].side_effect = None
    assert (await submit(hass, wrong))["description_placeholders"]["url"] == HOOK


async def test_an_account_without_an_address_in_the_cloud_is_removed_all_the_same(
    hass: HomeAssistant, loaded: MockConfigEntry, subscribed: dict[str, AsyncMock]
) -> None:
    subscribed["delete"].side_effect = ValueError("Hook is not enabled for the cloud.")
    assert await hass.config_entries.async_remove(loaded.entry_id)
    assert not hass.config_entries.async_entries(DOMAIN)


async def test_a_closed_window_waits_no_more(
    hass: HomeAssistant, loaded: MockConfigEntry, public: None, issue: Issue
) -> None:
    waiting = await submit(hass, await choose(hass, await begin(hass), "address"))
    manager = repairs_flow_manager(hass)
    assert manager is not None
    manager.async_abort(waiting["flow_id"])
    await hass.async_block_till_done()
    assert not [task for task in asyncio.all_tasks() if "callbacks: test" in task.get_name()]
    assert issue() is not None
