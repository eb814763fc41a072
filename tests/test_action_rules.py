"""The rules that hold for every action on locks, tried on each of them (compatibility.md 4.3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.ttlock.actions import ACTIONS
from simulator import CloudServer, Fault, World
from simulator.accounts import Ekey
from simulator.credentials import Credential, CredentialKind
from simulator.database import CredentialRow, PasscodeRow, QrCodeRow
from simulator.features import Feature
from simulator.lock import VirtualLock

from .action_samples import on_locks, sample
from .conftest import WHOLE_HOUSE
from .recipients import Recipient, add_recipient
from .test_actions import act
from .test_biometrics_actions import PHOTO
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock", "sensor")]

type Sampled = Callable[[str], dict[str, Any]]

ON_LOCKS: Final = dict(on_locks())
OF_THE_ACCOUNT: Final = {"set_lock_group", "clone_lock", "import_from_lock"}
"""What an account does with its own list of locks, and a look at what could be cloned: here there is nothing to."""
FOR_EVERYBODY: Final = {"update_state", "batch_unlock", "batch_lock"}
"""What changes nothing about who may open a door: users of Home Assistant may unlock and lock anyway."""
BROKEN: Final = {
    "delete_lock": "/v3/lock/delete",
    "transfer_lock": "/v3/lock/transfer",
    "cleanup_passcodes": "/v3/lock/listKeyboardPwd",
    "revoke_access": "/v3/lock/listKeyboardPwd",
}
"""Calls that the cloud refuses here, for then the error names the lock: after the first two it would be gone from the
account, and the others do not name locks with nothing to remove."""


READERS: Final = {
    CredentialKind.FACE: "281474976712001",
    CredentialKind.PALM_VEIN: "281474976712002",
    CredentialKind.REMOTE: "281474976712003",
}
"""What somebody beside the lock taught it."""


@pytest.fixture
def lock(world: World) -> VirtualLock:
    """Return the lock of the front door with everything that a lock can be built for, in use."""
    lock, row = world.lock("front_door"), world.row("front_door")
    lock.add_feature(Feature.FACE, Feature.PALM_VEIN, Feature.REMOTE, Feature.QR_CODE, Feature.CUSTOM_QR_CODE)
    for kind, number in READERS.items():
        lock.command_store(kind, Credential(number=number))
        taught = CredentialRow(
            credential_id=world.next_id(), number=number, name="Guest", start=0, end=0, created=0, sender=""
        )
        row.credentials[kind][taught.credential_id] = taught
    row.credentials[CredentialKind.QR_CODE][80860001] = QrCodeRow(
        credential_id=80860001,
        number="1763715500",
        name="Guest",
        start=0,
        end=1,
        created=0,
        sender="",
        custom=False,
        kind=1,
        refresh_minutes=10,
        link="https://lock.example.com/guest",
    )
    return lock


@pytest.fixture
async def front_door(
    hass: HomeAssistant, lock: VirtualLock, loaded: MockConfigEntry, entity_id: Find, tmp_path: Path
) -> str:
    """Return the entity of that lock; there is somebody to notify, and a photo of a face."""
    await add_recipient(hass, Recipient("phone"))
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    (tmp_path / "face.jpg").write_bytes(PHOTO)
    return entity_id("lock", "front_door", "lock")


@pytest.fixture
def sampled(tmp_path: Path) -> Sampled:
    """Return a look-up of the fields of a call."""
    photo = {"photo": str(tmp_path / "face.jpg")}
    return lambda action: {**sample(action), **(photo if action == "add_face" else {})}


@pytest.fixture
async def household(hass: HomeAssistant, hass_admin_user: User) -> Context:
    """Return the context of somebody who lives here and administers nothing."""
    user = await hass.auth.async_create_user("household", group_ids=[GROUP_ID_USER])
    return Context(user_id=user.id)


def _texts(content: Any) -> Iterator[str]:
    """Yield every key and every text in an answer or in the placeholders of an error."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _texts(value)
    else:
        yield str(content)


async def _said(hass: HomeAssistant, action: str, data: dict[str, Any], context: Context | None = None) -> str:
    """Return everything that an action says, be it an answer or an error."""
    try:
        answer = await act(hass, action, data, context)
    except HomeAssistantError as err:
        return " ".join(_texts([err.translation_placeholders, str(err)]))
    return " ".join(_texts(answer))


# -- Rule 1: targets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ON_LOCKS)
def test_a_call_of_the_action_is_understood(action: str) -> None:
    """The samples below would prove nothing if the schema refused them."""
    ON_LOCKS[action].schema({"entity_id": "lock.front_door", **sample(action)})


@WHOLE_HOUSE
async def test_every_action_finds_locks_by_entity_device_area_label_and_floor(
    hass: HomeAssistant, front_door: str, sampled: Sampled, entity_id: Find, world: World
) -> None:
    office = entity_id("lock", "office", "lock")
    device = er.async_get(hass).async_get(front_door).device_id  # type: ignore[union-attr]
    assert device
    floor = fr.async_get(hass).async_create("Ground floor")
    area = ar.async_get(hass).async_create("Hall", floor_id=floor.floor_id)
    label = lr.async_get(hass).async_create("Doors")
    dr.async_get(hass).async_update_device(device, area_id=area.id)
    er.async_get(hass).async_update_entity(front_door, labels={label.label_id})
    targets = {
        "entity_id": front_door,
        "device_id": device,
        "area_id": area.id,
        "label_id": label.label_id,
        "floor_id": floor.floor_id,
    }
    missed = []
    for action in ON_LOCKS:
        if action in BROKEN:
            world.faults.add(Fault(kind="errcode", errcode=-1003, path=BROKEN[action]))
        for kind, target in targets.items():
            said = await _said(hass, action, {kind: target, **sampled(action)})
            if not (front_door in said or "Front Door" in said) or office in said or "Office" in said:
                missed.append(f"{action} by {kind}: {said}")
        world.faults.clear()
    assert not missed, "\n".join(missed)


async def test_no_action_takes_what_is_not_ours(
    hass: HomeAssistant, front_door: str, sampled: Sampled, entity_id: Find, cloud: CloudServer
) -> None:
    foreign = er.async_get(hass).async_get_or_create("lock", "other", "1", suggested_object_id="foreign").entity_id
    battery = entity_id("sensor", "front_door", "lockbattery")
    cloud.reset_calls()
    wrong = []
    for action in ON_LOCKS:
        for target, reason in (
            ({"entity_id": foreign}, "not_our_lock"),
            ({"entity_id": [front_door, battery]}, "not_our_lock"),
            ({"area_id": "nowhere"}, "target_missing"),
            ({"entity_id": []}, "no_lock_targeted"),
        ):
            try:
                await act(hass, action, {**target, **sampled(action)})
            except ServiceValidationError as err:
                if err.translation_key != reason:
                    wrong.append(f"{action}: {err.translation_key} instead of {reason}")
            else:
                wrong.append(f"{action} took {target}")
    assert wrong == []
    assert cloud.calls.total() == 0


@WHOLE_HOUSE
async def test_a_missing_right_is_told_by_whatever_would_change_something(
    hass: HomeAssistant, front_door: str, entity_id: Find, sampled: Sampled
) -> None:
    """Of the holiday flat the account has an ekey and nothing else."""
    flat = entity_id("lock", "holiday_flat", "lock")
    reasons: dict[str, str | None] = {}
    changing = {name for name, action in ON_LOCKS.items() if action.admin and action.changes} - OF_THE_ACCOUNT
    for action in changing:
        try:
            await act(hass, action, {"entity_id": flat, **sampled(action)})
        except HomeAssistantError as err:
            reasons[action] = err.translation_key
    assert all(reasons.values())
    assert sorted(changing - reasons.keys()) == []


# -- Rules 3 and 4: secrets and rights -----------------------------------------------------------------------------


@pytest.mark.parametrize("action", ON_LOCKS)
def test_what_changes_access_is_for_administrators(action: str) -> None:
    changes = ON_LOCKS[action].response is not SupportsResponse.ONLY
    assert ON_LOCKS[action].admin or not changes or action in FOR_EVERYBODY


def call_of(action: str, front_door: str, sampled: Sampled) -> dict[str, Any]:
    """Return what an action is called with, for the front door if it is for locks."""
    return {**({"entity_id": front_door} if action in ON_LOCKS else {}), **sampled(action)}


@pytest.mark.parametrize("group", [GROUP_ID_USER, GROUP_ID_READ_ONLY])
async def test_only_administrators_call_what_is_for_administrators(
    hass: HomeAssistant,
    front_door: str,
    sampled: Sampled,
    hass_admin_user: User,
    cloud: CloudServer,
    hass_ws_client: WebSocketGenerator,
    group: str,
) -> None:
    """Neither from inside Home Assistant nor over the socket that its pages and apps use, sees or makes anybody codes."""
    somebody = await hass.auth.async_create_user("somebody", group_ids=[group])
    token = hass.auth.async_create_access_token(await hass.auth.async_create_refresh_token(somebody, "app"))
    socket = await hass_ws_client(hass, token)
    cloud.reset_calls()
    refused = set()
    for action, described in ACTIONS.items():
        if described.admin:
            data = call_of(action, front_door, sampled)
            with pytest.raises(Unauthorized):
                await act(hass, action, data, Context(user_id=somebody.id))
            wish = {"return_response": True} if described.response is not SupportsResponse.NONE else {}
            await socket.send_json_auto_id(
                {"type": "call_service", "domain": "ttlock", "service": action, "service_data": data, **wish}
            )
            answer = await socket.receive_json()
            assert "Unauthorized" in answer.get("error", {}).get("message", ""), (action, answer)
            refused.add(action)
    assert {"create_passcode", "generate_passcode", "share_access", "get_admin_passcode", "delete_gateway"} <= refused
    assert cloud.calls.total() == 0


async def test_administrators_and_automations_call_what_is_for_administrators(
    hass: HomeAssistant, front_door: str, sampled: Sampled, hass_admin_user: User, world: World
) -> None:
    """The rule of Home Assistant: who is nobody is an automation. The cloud refuses all of it, so that nothing is gone."""
    world.faults.add(Fault(kind="errcode", errcode=-3009, path="/v3/*"))
    refused = []
    for action in [action for action, described in ACTIONS.items() if described.admin]:
        for context in (Context(user_id=hass_admin_user.id), Context()):
            try:
                await act(hass, action, call_of(action, front_door, sampled), context)
            except Unauthorized:
                refused.append(action)
            except HomeAssistantError:
                pass
    assert refused == []


async def test_an_administrator_makes_a_code_over_the_socket(
    front_door: str, hass_ws_client: WebSocketGenerator, world: World
) -> None:
    socket = await hass_ws_client()
    known = set(world.row("front_door").passcodes)
    data = {"entity_id": front_door, "passcode_name": "Guest", "return_code": True}
    await socket.send_json_auto_id(
        {
            "type": "call_service",
            "domain": "ttlock",
            "service": "create_passcode",
            "service_data": data,
            "return_response": True,
        }
    )
    answer = await socket.receive_json()
    assert answer["success"], answer
    (made,) = set(world.row("front_door").passcodes) - known
    assert world.row("front_door").passcodes[made].digits in str(answer["result"])


async def test_the_socket_has_no_other_way_to_codes(
    hass: HomeAssistant, front_door: str, hass_ws_client: WebSocketGenerator
) -> None:
    """The day there is a command of our own, it has to be tried here as somebody who administers nothing."""
    await hass_ws_client()
    commands = hass.data["websocket_api"]
    assert "call_service" in commands
    assert not [command for command in commands if "ttlock" in command]


async def test_the_household_reads_no_secrets_whatever_it_asks_for(
    hass: HomeAssistant, front_door: str, sampled: Sampled, household: Context, world: World
) -> None:
    read = [action for action, described in ON_LOCKS.items() if not described.admin]
    assert len(read) > 5
    told = []
    for action in read:
        fields = {str(field) for field in ON_LOCKS[action].fields}
        wish = {"include_secrets": True} if "include_secrets" in fields else {}
        said = await _said(hass, action, {"entity_id": front_door, **sampled(action), **wish}, household)
        assert "Front Door" in said or front_door in said
        told += [f"{action}: {len(secret)} signs" for secret in world.secrets() if secret in said]
    assert told == []


async def test_nobody_is_told_secrets_unasked(
    hass: HomeAssistant, front_door: str, sampled: Sampled, world: World
) -> None:
    """But for the digits of `list_passcodes`, which scripts of hass-ttlock rely on."""
    telling = []
    reading_first = sorted(ON_LOCKS, key=lambda action: ON_LOCKS[action].response is not SupportsResponse.ONLY)
    for action in reading_first:
        if action in BROKEN:
            continue
        said = await _said(hass, action, {"entity_id": front_door, **sampled(action)})
        if any(secret in said for secret in world.secrets()):
            telling.append(action)
    assert telling == ["list_passcodes"]


# -- Rules 7 and 8: names and answers ------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ON_LOCKS)
def test_short_names_of_fields_are_taken(action: str) -> None:
    fields = {str(field) for field in ON_LOCKS[action].fields}
    short = {
        "passcode": "code",
        "start_time": "start",
        "end_time": "end",
    }
    short |= {field: "name" for field in fields if field.endswith("_name")}
    given = {"entity_id": "lock.front_door", **sample(action)}
    renamed = {short.get(field, field): value for field, value in given.items()}
    assert ON_LOCKS[action].schema(renamed) == ON_LOCKS[action].schema(given)


@pytest.mark.parametrize("action", ON_LOCKS)
def test_only_what_reads_wants_its_answer_taken(action: str) -> None:
    """Automations of hass-ttlock call without `response_variable`."""
    reads = action.startswith(("list_", "get_", "check_", "export_", "hand_over_"))
    assert reads or ON_LOCKS[action].response is SupportsResponse.OPTIONAL


async def test_changes_work_without_taking_the_answer(hass: HomeAssistant, front_door: str, world: World) -> None:
    changes: dict[str, dict[str, Any]] = {
        "create_passcode": {"passcode_name": "Guest", "passcode": "482915"},
        "add_card": {"card_name": "Guest", "card_number": "2882343476"},
        "send_ekey": {"receiver_username": "landlord@example.com", "name": "Guest"},
        "configure_autolock": {"enabled": True, "seconds": 15},
    }
    for action, data in changes.items():
        answer = await hass.services.async_call("ttlock", action, {"entity_id": front_door, **data}, blocking=True)
        assert answer is None
    lock = world.lock("front_door")
    assert lock.enter_code("482915").opened
    assert lock.swipe_card("2882343476").opened
    assert world.ekey(world.account("landlord").uid, lock.lock_id)
    assert lock.auto_lock_seconds == 15


# -- Rule 5: times -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Timed:
    """An action that says when a credential opens, and how to see in the virtual cloud what has come of it."""

    data: Callable[[World, int], dict[str, Any]]
    """The fields but for the times; the number tells the calls apart."""
    row: Callable[[World], Any]


def _last(rows: dict[int, Any]) -> Any:
    return list(rows.values())[-1]


def _rows(world: World, kind: CredentialKind) -> dict[int, CredentialRow]:
    return world.row("front_door").credentials[kind]


def _passcodes(world: World) -> dict[int, PasscodeRow]:
    return world.row("front_door").passcodes


def _ekey(world: World, account: str) -> Ekey:
    found = world.ekey(world.account(account).uid, world.lock("front_door").lock_id)
    assert found
    return found


def _period_of(kind: CredentialKind) -> Timed:
    return Timed(
        data=lambda world, number: {f"{kind}_id": _last(_rows(world, kind)).credential_id},
        row=lambda world: _last(_rows(world, kind)),
    )


TIMED: Final = {
    "create_passcode": Timed(
        data=lambda world, number: {"passcode_name": "Guest", "passcode": f"48291{number}"},
        row=lambda world: _last(_passcodes(world)),
    ),
    "modify_passcode": Timed(
        data=lambda world, number: {"passcode_id": _last(_passcodes(world)).passcode_id},
        row=lambda world: _last(_passcodes(world)),
    ),
    "update_passcode": Timed(
        data=lambda world, number: {"passcode_id": _last(_passcodes(world)).passcode_id},
        row=lambda world: _last(_passcodes(world)),
    ),
    "generate_passcode": Timed(
        data=lambda world, number: {"passcode_name": f"Guest {number}", "type": "period"},
        row=lambda world: _last(_passcodes(world)),
    ),
    "issue_access": Timed(
        data=lambda world, number: {"name": f"Guest {number}", "passcode": f"48291{number}"},
        row=lambda world: _last(_passcodes(world)),
    ),
    "set_lock_credential": Timed(
        data=lambda world, number: {"credential_type": "pin", "credential_data": f"48291{number}"},
        row=lambda world: _last(_passcodes(world)),
    ),
    "add_card": Timed(
        data=lambda world, number: {"card_name": "Guest", "card_number": f"288234347{number}"},
        row=lambda world: _last(_rows(world, CredentialKind.CARD)),
    ),
    "send_ekey": Timed(
        data=lambda world, number: {"receiver_username": "landlord@example.com", "name": "Guest"},
        row=lambda world: _ekey(world, "landlord"),
    ),
    "add_face": Timed(
        data=lambda world, number: {"face_name": f"Guest {number}"},
        row=lambda world: _last(_rows(world, CredentialKind.FACE)),
    ),
    "add_qr_code": Timed(
        data=lambda world, number: {"qr_code_name": "Guest", "qr_code_number": 1763715600 + number},
        row=lambda world: _last(_rows(world, CredentialKind.QR_CODE)),
    ),
    "share_access": Timed(
        data=lambda world, number: {"kind": "timed", "guest": f"Guest {number}"},
        row=lambda world: _last(_passcodes(world)),
    ),
    "set_ekey_period": Timed(
        data=lambda world, number: {"key_id": _ekey(world, "guest").key_id}, row=lambda world: _ekey(world, "guest")
    ),
    **{
        f"set_{kind}_period": _period_of(kind)
        for kind in (
            CredentialKind.CARD,
            CredentialKind.FINGERPRINT,
            CredentialKind.FACE,
            CredentialKind.PALM_VEIN,
            CredentialKind.QR_CODE,
            CredentialKind.REMOTE,
        )
    },
}


def test_every_action_with_a_period_is_tried_below() -> None:
    with_period = {
        name for name, action in ON_LOCKS.items() if action.changes and cv.datetime in action.fields.values()
    }
    # What the lock learns by itself is tried beside it, in test_beside_the_lock.
    assert sorted(with_period - {"enroll_card", "enroll_fingerprint"}) == sorted(TIMED)


@pytest.mark.parametrize("action", TIMED)
async def test_times_are_the_lock_s_own_unless_they_name_a_zone(
    hass: HomeAssistant, front_door: str, sampled: Sampled, world: World, action: str
) -> None:
    """The lock hangs one hour east of Greenwich, Home Assistant is at home in California."""
    assert hass.config.time_zone == "US/Pacific"
    timed = TIMED[action]
    spellings: list[Callable[[datetime], Any]] = [
        lambda when: when.strftime("%Y-%m-%d %H:%M:%S"),
        lambda when: when.replace(tzinfo=None),
        lambda when: when.isoformat(),
        lambda when: when.astimezone(dt_util.get_default_time_zone()),
    ]
    zone = timezone(timedelta(hours=1))
    for number, spelled in enumerate(spellings):
        start = datetime(2036, 12, 24 + number, 15, tzinfo=zone)
        end = start + timedelta(days=2, hours=1)
        data = {**sampled(action), **timed.data(world, number), "start_time": spelled(start), "end_time": spelled(end)}
        await act(hass, action, {"entity_id": front_door, **data})
        row = timed.row(world)
        assert (row.start, row.end) == (_ms(start), _ms(end)), f"spelling {number}"


@pytest.mark.parametrize("action", TIMED)
async def test_a_duration_takes_the_place_of_an_end(
    hass: HomeAssistant, front_door: str, sampled: Sampled, world: World, action: str
) -> None:
    timed = TIMED[action]
    fields = {**sampled(action), **timed.data(world, 0)}
    fields.pop("start_time", None), fields.pop("end_time", None)
    data = {**fields, "start": "2036-12-24 15:00", "duration": {"hours": 3}}
    await act(hass, action, {"entity_id": front_door, **data})
    row = timed.row(world)
    assert row.end - row.start == 3 * 3600 * 1000
    assert row.start == _ms(datetime(2036, 12, 24, 14, tzinfo=UTC))


def _ms(when: datetime) -> int:
    return int(when.timestamp()) * 1000


# -- Rule 6: the same wish twice -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "data", "path"),
    [
        ("create_passcode", {"passcode_name": "Guest", "passcode": "482915"}, "/v3/keyboardPwd/add"),
        ("add_card", {"card_name": "Guest", "card_number": "2882343476"}, "/v3/identityCard/add"),
        ("send_ekey", {"receiver_username": "landlord@example.com", "name": "Guest"}, "/v3/key/send"),
        ("set_lock_credential", {"credential_type": "pin", "credential_data": "482915"}, "/v3/keyboardPwd/add"),
    ],
)
@pytest.mark.parametrize(
    "period", [{}, {"start_time": "2036-12-24 15:00", "end_time": "2036-12-27 11:00"}], ids=["permanent", "period"]
)
async def test_the_same_wish_twice_is_one_credential(
    hass: HomeAssistant,
    front_door: str,
    loaded: MockConfigEntry,
    cloud: CloudServer,
    action: str,
    data: dict[str, Any],
    path: str,
    period: dict[str, Any],
) -> None:
    """Also when Home Assistant was restarted in between."""
    cloud.reset_calls()
    wish = {"entity_id": front_door, **data, **period}
    first = await act(hass, action, wish)
    second = await act(hass, action, wish)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    third = await act(hass, action, wish)
    assert first.get("results", first)[front_door]["id"]
    assert first == second == third
    assert cloud.calls[path] == 1
