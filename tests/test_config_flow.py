"""Signing in through the config flow."""

from collections.abc import AsyncGenerator, Callable
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.ttlock import config_flow
from custom_components.ttlock.const import DOMAIN
from simulator import CloudServer, Fault, World

from .conftest import CREDENTIAL_ID

pytestmark = pytest.mark.locks("front_door")

TOKEN = "/oauth2/token"


@pytest.fixture(autouse=True)
async def no_setup(request: pytest.FixtureRequest) -> AsyncGenerator[None]:
    """Keep the flow apart from the set-up of its entry, which has tests of its own."""
    with patch("custom_components.ttlock.async_setup_entry", return_value=True):
        yield


async def start_flow(hass: HomeAssistant, choice: str) -> ConfigFlowResult:
    """Begin a flow and choose from its menu."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, "user")
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": choice})


@pytest.fixture
def account(world: World) -> dict[str, str]:
    """Return what the owner types."""
    owner = world.account("owner")
    return {"username": owner.username, "password": owner.password}


async def _start(hass: HomeAssistant) -> ConfigFlowResult:
    """Begin a flow, say that there is a developer account, and pick the application."""
    result = await start_flow(hass, "developer")
    if result["step_id"] == "pick_implementation":
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {"implementation": CREDENTIAL_ID})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "account")
    return result


async def test_the_first_sign_in(
    hass: HomeAssistant, cloud: CloudServer, credentials: None, account: dict[str, str], world: World
) -> None:
    result = await _start(hass)
    assert result["errors"] == {}
    account["username"] = f" {account['username']} "
    result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    owner = world.account("owner")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == owner.username
    entry = result["result"]
    assert entry.unique_id == str(owner.uid)
    assert (entry.version, entry.minor_version) == (1, 2)
    assert set(entry.data) == {"auth_implementation", "token", "region", "username"}
    assert entry.data["auth_implementation"] == CREDENTIAL_ID
    assert entry.data["region"] == "eu"
    assert set(entry.data["token"]) == {"access_token", "refresh_token", "expires_in", "expires_at", "uid"}
    assert owner.password not in str(entry.as_dict())
    assert owner.password_md5 not in str(entry.as_dict())


async def test_without_application_the_user_is_asked_for_one(hass: HomeAssistant, cloud: CloudServer) -> None:
    from homeassistant.setup import async_setup_component

    await async_setup_component(hass, "application_credentials", {})
    result = await start_flow(hass, "developer")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "missing_credentials")


def _wrong_password(world: World, account: dict[str, str]) -> None:
    account["password"] = "wrong"


def _developer_account(world: World, account: dict[str, str]) -> None:
    developer = world.account("developer")
    account.update(username=developer.username, password=developer.password)


def _not_approved(world: World, account: dict[str, str]) -> None:
    world.application.approved = False


def _fault(**fields: Any) -> Callable[[World, dict[str, str]], None]:
    return lambda world, account: world.faults.add(Fault(path=TOKEN, **fields))


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (_wrong_password, "wrong_account"),
        (_developer_account, "wrong_account"),
        (_not_approved, "application_not_approved"),
        (_fault(kind="errcode", errcode=10000), "application_unknown"),
        (_fault(kind="errcode", errcode=10001), "application_rejected"),
        (_fault(kind="errcode", errcode=30007), "quota_month_exceeded"),
        (_fault(kind="errcode", errcode=30006), "quota_exceeded"),
        (_fault(kind="errcode", errcode=30008), "wrong_region"),
        (_fault(kind="errcode", errcode=80000), "clock_skew"),
        (_fault(kind="errcode", errcode=-424242), "unknown"),
        (_fault(kind="http_500"), "server_fault"),
        (_fault(kind="html"), "server_fault"),
        (_fault(kind="truncated"), "server_fault"),
        (_fault(kind="drop_before"), "cannot_connect"),
        (_fault(kind="timeout_before"), "timeout"),
        (_fault(kind="missing_fields", fields=("access_token",)), "server_fault"),
    ],
)
async def test_every_refusal_is_told_in_words_and_can_be_mended(
    hass: HomeAssistant,
    cloud: CloudServer,
    credentials: None,
    account: dict[str, str],
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[World, dict[str, str]], None],
    error: str,
) -> None:
    monkeypatch.setattr("custom_components.ttlock.client.cloud.auth.SIGN_IN_TIMEOUT_SECONDS", 0.2)
    good = dict(account)
    spoil(world, account)
    result = await _start(hass)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": error})
    assert error in config_flow.FORM_ERRORS | {"unknown"}
    world.faults.clear()
    world.application.approved = True
    result = await hass.config_entries.flow.async_configure(result["flow_id"], good)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_bug_of_ours_is_shown_as_unknown(
    hass: HomeAssistant,
    cloud: CloudServer,
    credentials: None,
    account: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    result = await _start(hass)
    with monkeypatch.context() as broken:
        broken.setattr(config_flow, "sign_in_anywhere", lambda *args: 1 / 0)
        result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    assert result["errors"] == {"base": "unknown"}
    assert "Unexpected error while signing in" in caplog.text
    result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_region_is_found_by_itself(
    hass: HomeAssistant,
    cloud: CloudServer,
    credentials: None,
    account: dict[str, str],
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with CloudServer(world, region="cn") as elsewhere:
        hosts = {"eu": elsewhere.url, "cn": cloud.url}
        monkeypatch.setattr(config_flow, "region_hosts", lambda: hosts)
        result = await _start(hass)
        result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["region"] == "cn"


async def test_an_account_is_added_once(hass: HomeAssistant, entry: MockConfigEntry, account: dict[str, str]) -> None:
    before = entry.data["token"]["access_token"]
    result = await _start(hass)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    # The sign-in that just succeeded is not thrown away.
    assert entry.data["token"]["access_token"] != before


async def _to_account_step(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    if result["step_id"] == "reauth_confirm":
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    if result["step_id"] == "pick_implementation":
        result = await hass.config_entries.flow.async_configure(result["flow_id"], {"implementation": CREDENTIAL_ID})
    assert result["step_id"] == "account"
    return result


@pytest.mark.parametrize("way", ["reauth", "reconfigure"])
async def test_signing_in_again_keeps_the_entry(
    hass: HomeAssistant, entry: MockConfigEntry, account: dict[str, str], way: str
) -> None:
    before = dict(entry.data)
    start = entry.start_reauth_flow if way == "reauth" else entry.start_reconfigure_flow
    result = await _to_account_step(hass, await start(hass))
    assert _suggested(result, "username") == account["username"]
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {**account, "password": "wrong"})
    assert result["errors"] == {"base": "wrong_account"}
    result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, f"{way}_successful")
    await hass.async_block_till_done()
    assert entry.data["token"]["access_token"] != before["token"]["access_token"]
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("way", ["reauth", "reconfigure"])
async def test_another_account_is_refused(hass: HomeAssistant, entry: MockConfigEntry, world: World, way: str) -> None:
    before = dict(entry.data)
    guest = world.account("guest")
    start = entry.start_reauth_flow if way == "reauth" else entry.start_reconfigure_flow
    result = await _to_account_step(hass, await start(hass))
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"username": guest.username, "password": guest.password}
    )
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert dict(entry.data) == before


async def test_reauth_lets_another_application_be_chosen(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    account: dict[str, str],
    world: World,
    hass_ws_client: WebSocketGenerator,
) -> None:
    # Once somebody is connected no more addresses can be added, and TTLock brings one along.
    await async_setup_component(hass, "webhook", {})
    client = await hass_ws_client(hass)
    credential = {"domain": DOMAIN, "name": "Entered again", "client_id": world.application.client_id}
    await client.send_json_auto_id(
        {**credential, "type": "application_credentials/create", "client_secret": world.application.client_secret}
    )
    again = (await client.receive_json())["result"]["id"]
    result = await entry.start_reauth_flow(hass)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"implementation": again})
    result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.data["auth_implementation"] == again != CREDENTIAL_ID


async def test_two_entries_never_share_an_account(
    hass: HomeAssistant, entry: MockConfigEntry, account: dict[str, str], world: World
) -> None:
    old = MockConfigEntry(domain=DOMAIN, unique_id=None, data=dict(entry.data))
    old.add_to_hass(hass)
    result = await _to_account_step(hass, await old.start_reauth_flow(hass))
    result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert old.unique_id is None


async def test_reauth_of_an_entry_without_unique_id_adopts_it(
    hass: HomeAssistant, entry: MockConfigEntry, account: dict[str, str], world: World
) -> None:
    hass.config_entries.async_update_entry(entry, unique_id=None)
    result = await _to_account_step(hass, await entry.start_reauth_flow(hass))
    result = await hass.config_entries.flow.async_configure(result["flow_id"], account)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.unique_id == str(world.account("owner").uid)


def _suggested(result: ConfigFlowResult, field: str) -> Any:
    schema = result["data_schema"]
    assert schema
    key = next(key for key in schema.schema if key == field)
    return (key.description or {}).get("suggested_value")
