"""Signing in with an account of the vendor's app, over HTTP with the library that is installed for it."""

from collections.abc import AsyncGenerator, Callable
import json
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.requirements import RequirementsNotFound
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock import app_account, app_flow
from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.key import Role
from custom_components.ttlock.client.ble.lock_data import LockData
from custom_components.ttlock.const import DOMAIN
from custom_components.ttlock.key_store import async_handed_over
from simulator import CloudServer, Fault, World

from .conftest import CREDENTIAL_ID
from .test_config_flow import start_flow

pytestmark = pytest.mark.locks("front_door", "holiday_flat")

INSTALLATION = "00112233445566778899aabbccddeeff"
LOGIN = "/lock/user/login"


@pytest.fixture(autouse=True)
async def no_setup() -> AsyncGenerator[None]:
    """Keep the flow apart from the set-up of its entry."""
    with patch("custom_components.ttlock.async_setup_entry", return_value=True):
        yield


@pytest.fixture
def account(world: World) -> dict[str, str]:
    """Return what the owner types."""
    owner = world.account("owner")
    return {"username": owner.username, "password": owner.password}


@pytest.fixture
def app_entry(hass: HomeAssistant, world: World, cloud: CloudServer) -> MockConfigEntry:
    """Return the entry of an app account whose installation the cloud knows."""
    owner = world.account("owner")
    world.app.installations[owner.uid] = {INSTALLATION}
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=owner.username,
        unique_id=str(owner.uid),
        minor_version=2,
        data={"kind": "app", "username": owner.username, "installation": INSTALLATION},
    )
    entry.add_to_hass(hass)
    return entry


async def _submit(hass: HomeAssistant, result: ConfigFlowResult, fields: dict[str, Any]) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_configure(result["flow_id"], fields)


async def test_an_account_of_the_app_brings_its_keys_after_the_check_of_the_new_device(
    hass: HomeAssistant,
    cloud: CloudServer,
    world: World,
    account: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    result = await start_flow(hass, "app")
    assert (result["step_id"], result["errors"]) == ("app", {})
    result = await _submit(hass, result, {**account, "username": f" {account['username']} "})
    assert (result["step_id"], result["errors"]) == ("app_code", {})
    assert (result["description_placeholders"] or {})["account"] == account["username"]
    result = await _submit(hass, result, {"code": "000", "resend": False})
    assert result["errors"] == {"base": "app_code_wrong"}
    result = await _submit(hass, result, {"resend": False})
    assert result["errors"] == {"base": "app_code_wrong"}
    result = await _submit(hass, result, {"resend": True})
    assert result["errors"] == {}
    (_, old), (_, code) = world.app.outbox
    result = await _submit(hass, result, {"code": old, "resend": False})
    assert result["errors"] == {"base": "app_code_wrong"}
    result = await _submit(hass, result, {"code": f" {code} ", "resend": False})
    assert result["type"] is FlowResultType.CREATE_ENTRY

    owner, entry = world.account("owner"), result["result"]
    assert (entry.unique_id, entry.title) == (str(owner.uid), owner.username)
    assert set(entry.data) == {"kind", "username", "installation"}
    assert entry.data["kind"] == "app"
    assert world.app.installations[owner.uid] == {entry.data["installation"]}
    handed = async_handed_over(hass)[str(owner.uid)]
    found = {lock_id: LockData.decode(text) for lock_id, text in handed.keys.items()}
    lock, shared = world.lock("front_door"), world.lock("holiday_flat")
    assert {number: data.key.role for number, data in found.items()} == {
        lock.lock_id: Role.ADMIN,
        shared.lock_id: Role.USER,
    }
    data = found[lock.lock_id]
    assert (data.address, data.alias, data.key.uid) == (lock.mac, world.row("front_door").alias, owner.uid)
    assert data.features.value == int(lock.feature_value, 16)
    assert int((data.key.unlock or Secret("")).reveal()) == lock.secrets.keys.unlock_key
    await hass.async_block_till_done()
    shown = caplog.text + json.dumps(entry.as_dict(), default=str)
    assert not [secret for secret in world.secrets() | {owner.password, code} if secret in shown]
    assert not [call for call in cloud.calls if call.startswith(("/v3/", "/oauth2"))]


def _wrong_password(world: World, account: dict[str, str]) -> None:
    account["password"] = "wrong"


def _developer(world: World, account: dict[str, str]) -> None:
    developer = world.account("developer")
    account.update(username=developer.username, password=developer.password)


def _elsewhere(world: World, account: dict[str, str]) -> None:
    faraway = world.account("faraway")
    account.update(username=faraway.username, password=faraway.password)


def _fault(**fields: Any) -> Callable[[World, dict[str, str]], None]:
    return lambda world, account: world.faults.add(Fault(**{"path": LOGIN, **fields}))


@pytest.mark.parametrize(
    ("spoil", "error", "code"),
    [
        (_wrong_password, "app_account_rejected", "-1003"),
        (_developer, "app_account_rejected", "-1003"),
        (_elsewhere, "app_account_rejected", "-1003"),
        (_fault(kind="errcode", errcode=10007), "app_account_rejected", "10007"),
        (_fault(kind="errcode", errcode=-3), "app_refused", "-3"),
        (_fault(kind="errcode", errcode=-424242), "app_refused", "-424242"),
        (_fault(kind="http_500"), "server_fault", "–"),
        (_fault(kind="html"), "server_fault", "–"),
        (_fault(kind="truncated"), "server_fault", "–"),
        (_fault(kind="empty"), "server_fault", "–"),
        (_fault(kind="missing_fields", fields=("accessToken",)), "server_fault", "–"),
        (_fault(kind="drop_before"), "cannot_connect", "–"),
        (_fault(kind="timeout_before", seconds=0.5), "timeout", "–"),
        (_fault(kind="errcode", errcode=10003, path="/lock/check/*"), "app_refused", "10003"),
    ],
)
async def test_every_refusal_is_told_in_words_and_can_be_mended(
    hass: HomeAssistant,
    app_entry: MockConfigEntry,
    account: dict[str, str],
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[World, dict[str, str]], None],
    error: str,
    code: str,
) -> None:
    monkeypatch.setattr(app_account, "TIMEOUT_SECONDS", 0.2 if error == "timeout" else 10)
    good = dict(account)
    spoil(world, account)
    result = await start_flow(hass, "app")
    result = await _submit(hass, result, account)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": error})
    assert (result["description_placeholders"] or {})["code"] == code
    assert error in app_flow.APP_ERRORS
    world.faults.clear()
    world.app.installations.setdefault(world.account("owner").uid, set()).add(_installation_of(hass, result))
    result = await _submit(hass, result, good)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "keys_added")


def _installation_of(hass: HomeAssistant, result: ConfigFlowResult) -> str:
    """Return the installation by which a flow signs in."""
    flow: Any = hass.config_entries.flow._progress[result["flow_id"]]
    installation: str = flow._installation
    return installation


async def test_without_the_library_nothing_is_sent(
    hass: HomeAssistant, cloud: CloudServer, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*args: Any, **kwargs: Any) -> None:
        raise RequirementsNotFound(DOMAIN, [app_flow.LIBRARY])

    monkeypatch.setattr(app_flow, "async_process_requirements", fail)
    result = await start_flow(hass, "app")
    result = await _submit(hass, result, account)
    assert result["errors"] == {"base": "library_missing"}
    assert not cloud.calls


async def test_a_bug_of_ours_is_shown_as_unknown(
    hass: HomeAssistant, cloud: CloudServer, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_flow, "async_open", lambda *args: 1 / 0)
    result = await start_flow(hass, "app")
    result = await _submit(hass, result, account)
    assert result["errors"] == {"base": "unknown"}


async def test_the_code_that_cannot_be_sent_is_told(
    hass: HomeAssistant, cloud: CloudServer, account: dict[str, str], world: World
) -> None:
    world.faults.add(Fault(kind="http_503", path="/lock/user/sendValidationCode", times=1))
    result = await start_flow(hass, "app")
    result = await _submit(hass, result, account)
    assert (result["step_id"], result["errors"]) == ("app", {"base": "server_fault"})
    result = await _submit(hass, result, account)
    assert result["step_id"] == "app_code"
    world.faults.add(Fault(kind="drop_before", path="/lock/user/loginNewDeviceValidation", times=1))
    (_, code) = world.app.outbox[-1]
    with patch.object(app_account.AppAccount, "async_confirm", side_effect=ZeroDivisionError):
        result = await _submit(hass, result, {"code": code, "resend": False})
    assert result["errors"] == {"base": "unknown"}
    result = await _submit(hass, result, {"code": code, "resend": False})
    assert result["errors"] == {"base": "cannot_connect"}
    result = await _submit(hass, result, {"code": code, "resend": False})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_site_of_the_region_is_asked_and_pages_are_followed(
    hass: HomeAssistant,
    app_entry: MockConfigEntry,
    cloud: CloudServer,
    world: World,
    account: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.app.page_size = 1
    world.app.numbers_as_text = True
    world.app.incomplete = {world.lock("holiday_flat").lock_id}
    async with CloudServer(world, region="eu") as regional:
        world.app.domain = regional.url
        result = await start_flow(hass, "app")
        result = await _submit(hass, result, account)
        assert result["reason"] == "keys_added"
        assert regional.calls["/lock/check/syncDataPage"] == 2
    assert sum(cloud.calls.values()) == 1
    assert "1 locks without a key" in caplog.text
    handed = async_handed_over(hass)[str(world.account("owner").uid)]
    assert handed.whole
    assert set(handed.keys) == {world.lock("front_door").lock_id}


async def test_an_account_without_a_readable_key_is_refused(
    hass: HomeAssistant, app_entry: MockConfigEntry, world: World, account: dict[str, str]
) -> None:
    world.app.incomplete = set(world.locks)
    world.faults.add(Fault(kind="http_500", path="/lock/system/*"))
    result = await start_flow(hass, "app")
    result = await _submit(hass, result, account)
    assert result["errors"] == {"base": "app_no_keys"}


@pytest.mark.parametrize("way", ["reauth", "reconfigure"])
async def test_keys_are_fetched_again_without_another_code(
    hass: HomeAssistant, app_entry: MockConfigEntry, world: World, account: dict[str, str], way: str
) -> None:
    async def begin() -> ConfigFlowResult:
        if way == "reauth":
            return await _submit(hass, await app_entry.start_reauth_flow(hass), {})
        menu = await app_entry.start_reconfigure_flow(hass)
        assert menu["step_id"] == "reconfigure"
        return await _submit(hass, menu, {"next_step_id": "app"})

    other = world.account("landlord")
    world.app.installations[other.uid] = {INSTALLATION}
    result = await begin()
    assert result["step_id"] == "app"
    result = await _submit(hass, result, {"username": other.username, "password": other.password})
    assert result["type"] is FlowResultType.ABORT, result["errors"]
    assert result["reason"] == "wrong_account"
    result = await _submit(hass, await begin(), account)
    assert result["reason"] == f"{way}_successful"
    assert not world.app.outbox
    assert async_handed_over(hass)[str(world.account("owner").uid)].whole


async def test_an_account_that_is_set_up_with_developer_credentials_needs_no_app(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, account: dict[str, str]
) -> None:
    before = dict(entry.data)
    result = await start_flow(hass, "app")
    result = await _submit(hass, result, account)
    result = await _submit(hass, result, {"code": world.app.outbox[-1][1], "resend": False})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert dict(entry.data) == before


@pytest.mark.parametrize("way", ["reconfigure", "user"])
async def test_developer_credentials_are_added_later_to_the_same_entry(
    hass: HomeAssistant,
    credentials: None,
    app_entry: MockConfigEntry,
    world: World,
    account: dict[str, str],
    way: str,
) -> None:
    async def begin() -> ConfigFlowResult:
        if way == "user":
            result = await start_flow(hass, "developer")
        else:
            menu = await app_entry.start_reconfigure_flow(hass)
            result = await _submit(hass, menu, {"next_step_id": "developer"})
        if result["step_id"] == "pick_implementation":
            result = await _submit(hass, result, {"implementation": CREDENTIAL_ID})
        assert result["step_id"] == "account"
        return result

    if way == "reconfigure":
        guest = world.account("guest")
        result = await _submit(hass, await begin(), {"username": guest.username, "password": guest.password})
        assert result["reason"] == "wrong_account"
    result = await _submit(hass, await begin(), account)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "linked")
    assert set(app_entry.data) == {"auth_implementation", "token", "region", "username", "installation"}
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
