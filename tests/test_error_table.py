"""Every code of the vendor and every lost answer, put in the way of a fitting call: what is seen, what happens then."""

import asyncio
from fnmatch import fnmatch
from typing import Any, Final

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.actions import ACTIONS
from custom_components.ttlock.actions.action import Target
from custom_components.ttlock.client.cloud import lanes
from custom_components.ttlock.client.errors import VENDOR_CODES, InvalidInput, OutcomeUnknown, Remedy
from custom_components.ttlock.const import DOMAIN, ENV_API_URL
from simulator import CloudServer, Fault, World

from .action_samples import sample
from .conftest import WHOLE_HOUSE
from .repository.source import english
from .test_account_actions import PASSWORD
from .test_actions import act
from .test_lock import Find, command, state_of
from .vendor_codes import CLASS_OF

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock", "number")]

FITTING: Final[dict[str, tuple[str, tuple[int, ...], dict[str, Any]]]] = {
    "create_passcode": (
        "/v3/keyboardPwd/add",
        (-2032, -3006, -3007, -3009, -3039, 20005, 20007),
        {"passcode_name": "Guest", "passcode": "482915"},
    ),
    "generate_passcode": ("/v3/keyboardPwd/get", (-1007, -1026), {}),
    "modify_passcode": ("/v3/keyboardPwd/change", (-2009, -3008), {"passcode_name": "Guest"}),
    "add_card": ("/v3/identityCard/add*", (-4056,), {}),
    "rename_card": ("/v3/identityCard/rename", (-1021,), {}),
    "rename_fingerprint": ("/v3/fingerprint/rename", (-1023,), {}),
    "send_ekey": ("/v3/key/send", (-1027, -2019, -2020, -4064, 20006), {}),
    "set_ekey_period": (
        "/v3/key/changePeriod",
        (-1008, -2023, 20003, 20004),
        {"start_time": "2036-12-24 15:00", "end_time": "2036-12-27 11:00"},
    ),
    "configure_autolock": ("/v3/lock/setAutoLockTime", (-4082,), {"seconds": 60}),
    "rename_lock": ("/v3/lock/rename", (20008,), {}),
    "transfer_lock": ("/v3/lock/transfer", (-3011,), {}),
    "rename_gateway": ("/v3/gateway/rename", (-4037,), {"gateway_id": 3470001}),
    "transfer_gateway": ("/v3/gateway/transfer", (-3016,), {"gateway_id": 3470001}),
    "create_group": ("/v3/group/add", (-1016,), {}),
    "rename_group": ("/v3/group/update", (-1018,), {}),
    "register_user": ("/v3/user/register", (30002, 30003, 30005), {"username": "guest1", "password": PASSWORD}),
    "delete_user": ("/v3/user/delete", (-4063, 30004), {}),
}
"""Actions with the path on which each meets codes of its own, and with fields; all other codes meet an unlock."""
LISTED: Final = {
    "modify_passcode": ("passcode_id", "list_passcodes", "passcodes"),
    "rename_card": ("card_id", "list_cards", "cards"),
    "rename_fingerprint": ("fingerprint_id", "list_fingerprints", "fingerprints"),
    "set_ekey_period": ("key_id", "list_ekeys", "ekeys"),
}
"""What has to be there before it can be changed: its field, the action that lists it, and where."""
UNLOCK: Final = "/v3/lock/unlock"
ELSEWHERE: Final = {code for _, codes, _ in FITTING.values() for code in codes}


async def refusal(
    hass: HomeAssistant, world: World, action: str, data: dict[str, Any], fault: Fault
) -> HomeAssistantError:
    """Return how an action fails on a fault."""
    world.faults.add(fault)
    domain, name = action.split(".")
    with pytest.raises(HomeAssistantError) as raised:
        await hass.services.async_call(domain, name, data, blocking=True)
    world.faults.clear()
    await hass.async_block_till_done(wait_background_tasks=True)
    return raised.value


def check(err: HomeAssistantError, code: int) -> None:
    """Check that an error says in words what a code means, alone or as the reason of what is still tried."""
    row = VENDOR_CODES[code]
    texts = english()["exceptions"]
    text = texts[row.reason]["message"]
    if row.reason == "gateway_offline":
        text = texts["gateway_offline_named"]["message"].replace("{gateway}", "Hall gateway")
    names = ("Front Door", "Hall gateway", "TTLock account")
    assert any(text.format(name=name, code=code).rstrip(".") in str(err) for name in names), f"{code}: {err}"
    assert isinstance(err, ServiceValidationError) is issubclass(row.kind, InvalidInput), f"{code}: {type(err)}"


@pytest.mark.parametrize("action", FITTING)
async def test_codes_of_an_action_are_said_in_words(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, cloud: CloudServer, entity_id: Find, action: str
) -> None:
    path, codes, fields = FITTING[action]
    front_door = entity_id("lock", "front_door", "lock")
    data = {**sample(action), **fields} if action != "register_user" else fields
    if ACTIONS[action].target is Target.LOCKS:
        data["entity_id"] = front_door
    if action in LISTED:
        field, listing, key = LISTED[action]
        response = await act(hass, listing, {"entity_id": front_door})
        data[field] = response[key][front_door][0]["id"]
    for code in codes:
        cloud.reset_calls()
        err = await refusal(hass, world, f"{DOMAIN}.{action}", data, Fault(kind="errcode", errcode=code, path=path))
        check(err, code)
        assert sum(count for called, count in cloud.calls.items() if fnmatch(called, path)) == 1, code
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_every_other_code_is_said_in_words_when_a_lock_is_unlocked(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, cloud: CloudServer, entity_id: Find
) -> None:
    data = {"entity_id": entity_id("lock", "front_door", "lock")}
    for code in CLASS_OF.keys() - ELSEWHERE:
        remedy = VENDOR_CODES[code].remedy
        err = await refusal(hass, world, "lock.unlock", data, Fault(kind="errcode", errcode=code, path=UNLOCK))
        check(err, code)
        flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH] * (remedy is Remedy.SIGN_IN), code
        for flow in flows:
            hass.config_entries.flow.async_abort(flow["flow_id"])
    assert world.lock("front_door").actuations == 0


def test_every_code_is_driven() -> None:
    assert set(CLASS_OF) >= ELSEWHERE
    assert set(CLASS_OF) == set(VENDOR_CODES)


LOST: Final = {
    "http_500": "server_fault",
    "http_503": "server_fault",
    "html": "server_fault",
    "truncated": "server_fault",
    "empty": "server_fault",
    "wrong_type": "server_fault",
    "timeout_before": "timeout",
    "timeout_after": "timeout",
    "drop_before": "cannot_connect",
    "drop_after": "cannot_connect",
}
"""What is said when an answer that may be asked for again did not come."""


async def test_an_answer_that_is_none_is_said_in_words(
    hass: HomeAssistant, loaded: MockConfigEntry, short_patience: None, world: World, entity_id: Find
) -> None:
    data = {"entity_id": entity_id("number", "front_door", "autolock_delay"), "value": 77}
    for kind, reason in LOST.items():
        err = await refusal(hass, world, "number.set_value", data, Fault(kind=kind, path="/v3/lock/setAutoLockTime"))
        assert err.translation_key == reason, kind
        assert str(err) == english()["exceptions"][reason]["message"].rstrip("."), kind
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


@pytest.mark.parametrize("cause", ["name", "refused", "encryption"])
async def test_a_cloud_to_which_no_line_leads_is_said_in_words_and_nothing_is_in_doubt(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
    monkeypatch: pytest.MonkeyPatch,
    unused_tcp_port: int,
    cause: str,
) -> None:
    async def resolve(*_: Any, **__: Any) -> None:
        raise OSError("no such name")

    url = {
        "name": "http://ttlock.invalid",
        "refused": f"http://127.0.0.1:{unused_tcp_port}",
        "encryption": cloud.url.replace("http:", "https:"),
    }[cause]
    monkeypatch.setenv(ENV_API_URL, url)
    monkeypatch.setattr("aiohttp.resolver.AsyncResolver.resolve", resolve)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    with pytest.raises(HomeAssistantError) as failure:
        await command(hass, "unlock", entity_id("lock", "front_door", "lock"))
    assert failure.value.translation_key == "cannot_connect"
    assert str(failure.value) == english()["exceptions"]["cannot_connect"]["message"].rstrip(".")
    assert world.lock("front_door").actuations == 0
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


@WHOLE_HOUSE
async def test_a_command_that_was_never_sent_says_so(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    short_patience: None,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "QUEUE_SECONDS", 0.05)
    front_door, office = entity_id("lock", "front_door", "lock"), entity_id("lock", "office", "lock")
    cloud.reset_calls()
    world.faults.add(Fault(kind="timeout_before", path="/v3/lock/lock"))
    hanging = hass.async_create_task(command(hass, "lock", front_door))
    await asyncio.sleep(0)
    with pytest.raises(HomeAssistantError) as failure:
        await command(hass, "unlock", office)
    assert failure.value.translation_key == "not_sent"
    assert "Office was not sent" in str(failure.value)
    assert cloud.calls[UNLOCK] == 0
    assert state_of(hass, office).state == "locked" == world.lock("office").bolt
    await hanging
    await command(hass, "unlock", office)
    assert world.lock("office").actuations == 1


async def test_an_unlock_whose_answer_never_came_says_so(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    short_patience: None,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    data = {"entity_id": entity_id("lock", "front_door", "lock")}
    cloud.reset_calls()
    kinds = ("http_500", "http_503", "timeout_before", "drop_before")
    for kind in kinds:
        err = await refusal(hass, world, "lock.unlock", data, Fault(kind=kind, path=UNLOCK, times=1))
        assert err.translation_key == OutcomeUnknown.default_reason, kind
    assert cloud.calls[UNLOCK] == len(kinds), "none was sent twice"
