"""Sending a guest a code or a link: proved at the door, and without a trace."""

from datetime import timedelta
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events, async_mock_service
import voluptuous as vol

from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE
from .passing_time import pass_time
from .recipients import Recipient, add_recipient
from .test_actions import act, passcodes
from .test_lock import Find
from .test_message_templates import add_template, change_template

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

RANDOM = "/v3/keyboardPwd/get"
LINK = "https://lock.example.com/"


@pytest.fixture
def front_door(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the lock entity with everything."""
    return entity_id("lock", "front_door", "lock")


@pytest.fixture
async def guest(hass: HomeAssistant) -> Recipient:
    """Return somebody whom messages reach."""
    return await add_recipient(hass, Recipient("guest"))


async def share(hass: HomeAssistant, entity_id: str, context: Context | None = None, **data: Any) -> dict[str, Any]:
    """Share access to a lock and return its result."""
    response = await act(
        hass, "share_access", {"entity_id": entity_id, "notify": "notify.guest", **data}, context=context
    )
    result: dict[str, Any] = response["results"][entity_id]
    return result


def code_in(message: str) -> str:
    """Return the digits of a message whose only long number is the code."""
    (code,) = re.findall(r"(?<![\d-])\d{4,9}(?![\d-])", message.replace(":", "-"))
    return str(code)


# -- Codes that open -----------------------------------------------------------------------------------------------


async def test_a_one_time_code_opens_once(
    hass: HomeAssistant, front_door: str, world: World, guest: Recipient, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-12-24 14:20:00+00:00")
    await hass.config.async_set_time_zone("Europe/Rome")
    result = await share(hass, front_door, guest="Li")
    code = code_in(guest.message)
    assert result == {
        "status": "accepted",
        "id": result["id"],
        "path": "cloud",
        "sent_to": ["notify.guest"],
        "failed": [],
    }
    assert guest.message == (
        f"Hello Li, your code for Front Door is {code}. Valid 2026-12-24 15:00 to 2026-12-24 21:00. "
        "Press # after the code. It works once, until 2026-12-24 21:00."
    )
    assert guest.titles == ["Front Door"]
    listed = (await passcodes(hass, front_door))["Li"]
    assert (listed["id"], listed["kind"], listed["passcode"]) == (result["id"], "one_time", code)
    assert world.lock("front_door").enter_code(code).opened
    assert not world.lock("front_door").enter_code(code).opened


async def test_a_timed_code_opens_from_start_to_end(
    hass: HomeAssistant, front_door: str, world: World, guest: Recipient, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-12-24 12:20:00+00:00")
    await hass.config.async_set_time_zone("Europe/Rome")
    await share(
        hass,
        front_door,
        kind="timed",
        guest="Li",
        start="2026-12-24 15:00",
        end="2026-12-27 11:00",
        message="{guest} {lock} {code} {start}/{end} {instructions} {home}",
    )
    code = code_in(guest.message)
    assert guest.message == (
        f"Li Front Door {code} 2026-12-24 15:00/2026-12-27 11:00 Press # after the code. "
        "Use it for the first time before 2026-12-25 15:00. test home"
    )
    lock = world.lock("front_door")
    assert not lock.enter_code(code).opened
    freezer.move_to("2026-12-24 14:01:00+00:00")
    assert lock.enter_code(code).opened
    freezer.move_to("2026-12-27 09:59:00+00:00")
    assert lock.enter_code(code).opened
    freezer.move_to("2026-12-27 10:01:00+00:00")
    assert not lock.enter_code(code).opened
    # What became due on the way is read before everything ends.
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_duration_begins_with_this_hour_and_ends_with_a_full_one(
    hass: HomeAssistant, front_door: str, guest: Recipient, world: World, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-12-24 12:20:00+00:00")
    await hass.config.async_set_time_zone("Europe/Rome")
    await share(hass, front_door, duration={"hours": 30}, message="{code} {start}/{end}")
    assert guest.message.endswith(" 2026-12-24 13:00/2026-12-25 20:00")
    assert world.lock("front_door").enter_code(guest.message.split()[0]).opened


@WHOLE_HOUSE
async def test_each_lock_gets_a_code_of_its_own(
    hass: HomeAssistant, front_door: str, entity_id: Find, world: World, guest: Recipient
) -> None:
    padlock = entity_id("lock", "padlock", "lock")
    response = await act(
        hass,
        "share_access",
        {"entity_id": [front_door, padlock], "notify": ["notify.guest"], "message": "{lock}={code}"},
    )
    assert response["results"].keys() == {front_door, padlock}
    told = dict(message.split("=") for message in guest.messages)
    assert world.lock("front_door").enter_code(told["Front Door"]).opened
    assert world.lock("padlock").enter_code(told["Bicycle Padlock"]).opened


async def test_a_code_that_is_there_is_sent_again(
    hass: HomeAssistant, front_door: str, world: World, guest: Recipient
) -> None:
    family = (await passcodes(hass, front_door))["Family"]
    result = await share(hass, front_door, passcode_id=family["id"])
    assert (result["status"], result["id"], result["sent_to"]) == ("confirmed", family["id"], ["notify.guest"])
    assert guest.message == "Hello Family, your code for Front Door is 48151623. Press # after the code."
    assert world.lock("front_door").enter_code(code_in(guest.message)).opened


async def test_a_code_whose_time_is_over_becomes_a_farewell(
    hass: HomeAssistant, front_door: str, guest: Recipient, freezer: FrozenDateTimeFactory
) -> None:
    result = await share(hass, front_door, kind="timed", guest="Li", duration={"hours": 2}, message="{code}")
    freezer.tick(timedelta(hours=4))
    await share(hass, front_door, kind="existing", passcode_id=result["id"])
    assert guest.messages[1] == "Hello Li, your access to Front Door has ended. Thank you for your visit."


async def test_the_language_of_the_house_is_spoken(hass: HomeAssistant, front_door: str, guest: Recipient) -> None:
    hass.config.language = "zh-Hans"
    await share(hass, front_door)
    assert guest.message.startswith("客人您好，Front Door的密码是 ")
    assert "只能使用一次" in guest.message
    assert "单次密码" in await passcodes(hass, front_door)


# -- Recipients ----------------------------------------------------------------------------------------------------


async def test_one_failing_recipient_does_not_keep_others_from_the_code(
    hass: HomeAssistant, front_door: str, guest: Recipient, caplog: pytest.LogCaptureFixture
) -> None:
    broken = await add_recipient(hass, Recipient("broken", RuntimeError("could not send"), titles=False))
    away = Recipient("away")
    away._attr_available = False
    await add_recipient(hass, away)
    silent = await add_recipient(hass, Recipient("silent", titles=False))
    result = await share(
        hass, front_door, notify=["notify.broken", "notify.guest", "notify.away", "notify.silent", "notify.guest"]
    )
    assert (result["status"], result["sent_to"]) == ("accepted", ["notify.guest", "notify.silent"])
    assert result["failed"] == ["notify.broken", "notify.away"]
    assert guest.message == silent.message
    assert (guest.titles, silent.titles, away.messages) == (["Front Door"], [None], [])
    assert "No message reached notify.broken: RuntimeError" in caplog.text
    broken.fault = None
    again = await share(hass, front_door, notify="notify.broken", kind="existing", passcode_id=result["id"])
    assert (again["id"], again["sent_to"], again["failed"]) == (result["id"], ["notify.broken"], [])
    assert code_in(broken.message) == code_in(guest.message)


async def test_a_code_that_reached_nobody_is_named_and_can_be_sent_again(
    hass: HomeAssistant, front_door: str, guest: Recipient, world: World
) -> None:
    guest.fault = HomeAssistantError(
        translation_domain="notify", translation_key="rate_limit", translation_placeholders={}
    )
    with pytest.raises(HomeAssistantError) as failure:
        await share(hass, front_door, guest="Li")
    assert failure.value.translation_key == "passcode_undelivered"
    made = (await passcodes(hass, front_door))["Li"]
    assert "kind existing and this ID" in str(failure.value)
    assert str(made["id"]) in str(failure.value)
    assert made["passcode"] not in str(failure.value)
    guest.fault = None
    await share(hass, front_door, kind="existing", passcode_id=made["id"])
    assert code_in(guest.message) == made["passcode"]
    assert world.lock("front_door").enter_code(made["passcode"]).opened


async def test_a_recipient_who_never_answers_has_failed(
    hass: HomeAssistant, front_door: str, guest: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.ttlock.delivery.PATIENCE_SECONDS", 0)

    async def never(message: str, title: str | None = None) -> None:
        await hass.loop.create_future()

    monkeypatch.setattr(guest, "async_send_message", never)
    with pytest.raises(HomeAssistantError) as failure:
        await share(hass, front_door)
    assert failure.value.translation_key == "passcode_undelivered"


async def test_a_group_stands_for_its_members(hass: HomeAssistant, front_door: str, guest: Recipient) -> None:
    """A group would pass the message on by an action, and the recorder would keep it."""
    host = await add_recipient(hass, Recipient("host"))
    group = MockConfigEntry(
        domain="group",
        title="Family",
        options={
            "group_type": "notify",
            "name": "Family",
            "entities": ["notify.guest", "notify.host", "notify.moved_away"],
            "hide_members": False,
        },
    )
    group.add_to_hass(hass)
    assert await hass.config_entries.async_setup(group.entry_id)
    await hass.async_block_till_done()
    heard = async_capture_events(hass, "call_service")
    result = await share(hass, front_door, notify="notify.family")
    assert result["sent_to"] == ["notify.guest", "notify.host"]
    assert guest.message == host.message
    assert [event.data["service"] for event in heard] == ["share_access"]


@pytest.mark.parametrize("notify", ["notify.nobody", ["notify.guest", "notify.nobody"], "light.lamp"])
async def test_unknown_recipients_are_refused_before_anything_is_made(
    hass: HomeAssistant, front_door: str, guest: Recipient, cloud: CloudServer, notify: Any
) -> None:
    """Neither is one who is reached by an action of the old kind only, which has no entity."""
    old_kind = async_mock_service(hass, "notify", "nobody")
    with pytest.raises(ServiceValidationError) as refusal:
        await share(hass, front_door, notify=notify)
    assert refusal.value.translation_key == "notify_entity_missing"
    assert (guest.messages, old_kind, cloud.calls[RANDOM]) == ([], [], 0)


async def test_recipients_have_to_be_named(hass: HomeAssistant, front_door: str) -> None:
    with pytest.raises(vol.Invalid):
        await act(hass, "share_access", {"entity_id": front_door})
    with pytest.raises(ServiceValidationError) as refusal:
        await share(hass, front_door, notify=[])
    assert refusal.value.translation_key == "no_recipient"
    with pytest.raises(ServiceValidationError) as refusal:
        await share(hass, front_door)
    assert refusal.value.translation_key == "notify_entity_missing"


@pytest.mark.parametrize("kind", ["http_500", "drop_before", "drop_after", "truncated"])
async def test_a_code_that_cannot_be_made_now_is_not_made_later(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,
    guest: Recipient,
    world: World,
    short_patience: None,
    kind: str,
) -> None:
    """Nobody would learn its digits."""
    world.faults.add(Fault(kind=kind, path="/v3/*"))
    with pytest.raises(HomeAssistantError):
        await share(hass, front_door, guest="Li")
    world.faults.clear()
    assert guest.messages == []
    for _ in range(5):
        await pass_time(hass, freezer, timedelta(minutes=30))
    assert "Li" not in await passcodes(hass, front_door)
    await share(hass, front_door, guest="Li")
    assert world.lock("front_door").enter_code(code_in(guest.message)).opened


async def test_a_lost_answer_is_looked_up_and_the_code_sent(
    hass: HomeAssistant, front_door: str, guest: Recipient, world: World
) -> None:
    world.faults.add(Fault(kind="drop_after", path=RANDOM, times=1))
    await share(hass, front_door, guest="Li")
    assert code_in(guest.message) == (await passcodes(hass, front_door))["Li"]["passcode"]
    assert world.lock("front_door").enter_code(code_in(guest.message)).opened


# -- Templates and rules -------------------------------------------------------------------------------------------


async def test_a_stored_template_is_used(
    hass: HomeAssistant, loaded: MockConfigEntry, front_door: str, guest: Recipient
) -> None:
    await add_template(hass, loaded, "Welcome", "Dear {guest}: {code}", title="Key of {home}")
    await share(hass, front_door, guest="Li", template="welcome")
    assert re.fullmatch(r"Dear Li: \d+", guest.message)
    assert guest.titles == ["Key of test home"]


async def test_a_renamed_or_removed_template_is_missed(
    hass: HomeAssistant, loaded: MockConfigEntry, front_door: str, guest: Recipient, cloud: CloudServer
) -> None:
    await add_template(hass, loaded, "Welcome", "Dear {guest}: {code}")
    (subentry,) = loaded.subentries.values()
    await change_template(hass, loaded, subentry.subentry_id, name="Arrival", text="Dear {guest}: {code}")
    with pytest.raises(ServiceValidationError) as refusal:
        await share(hass, front_door, template="Welcome")
    assert refusal.value.translation_key == "template_not_found"
    assert hass.config_entries.async_remove_subentry(loaded, subentry.subentry_id)
    with pytest.raises(ServiceValidationError) as refusal:
        await share(hass, front_door, template="Arrival")
    assert refusal.value.translation_key == "template_not_found"
    assert (guest.messages, cloud.calls[RANDOM]) == ([], 0)


async def test_a_template_of_another_account_is_found(hass: HomeAssistant, front_door: str, guest: Recipient) -> None:
    other = MockConfigEntry(
        domain="ttlock",
        subentries_data=[
            {
                "data": {"text": "From afar: {code}"},
                "subentry_type": "message_template",
                "title": "Welcome",
                "unique_id": None,
            }
        ],
    )
    other.add_to_hass(hass)
    await share(hass, front_door, template="Welcome")
    assert guest.message.startswith("From afar: ")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"message": "Welcome, {guest}"}, "message_without_code"),
        ({"message": "{code}", "template": "Welcome"}, "message_twice"),
        ({"template": "Welcome"}, "template_not_found"),
        ({"kind": "one_time", "duration": {"hours": 1}}, "share_fields"),
        ({"kind": "timed", "passcode_id": 1, "duration": {"hours": 1}}, "share_fields"),
        ({"kind": "existing", "passcode_id": 1, "start_time": "2027-01-01 10:00"}, "share_fields"),
        ({"kind": "existing"}, "passcode_id_missing"),
        ({"kind": "timed"}, "period_missing"),
        ({"start_time": "2001-01-01 10:00"}, "period_past"),
        ({"start_time": "2099-01-01 10:30", "end_time": "2099-01-02 10:00"}, "random_whole_hours"),
        ({"start_time": "2099-01-02 10:00", "end_time": "2099-01-01 10:00"}, "period_order"),
        ({"duration": {"days": 400}}, "random_period_too_long"),
        ({"end_time": "2099-01-01 10:00", "duration": {"hours": 1}}, "period_twice"),
        ({"passcode_id": 1}, "passcode_not_found"),
    ],
)
async def test_what_cannot_work_is_refused_before_anything_is_made(
    hass: HomeAssistant, front_door: str, guest: Recipient, cloud: CloudServer, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(HomeAssistantError) as refusal:
        await share(hass, front_door, **data)
    assert refusal.value.translation_key == key
    assert (guest.messages, cloud.calls[RANDOM]) == ([], 0)


async def test_nothing_but_known_placeholders_is_taken(
    hass: HomeAssistant, front_door: str, guest: Recipient, cloud: CloudServer
) -> None:
    for wrong in ("nobody", "code.__class__", "code[0]", "code!r", "code:>9", "0", ""):
        with pytest.raises(ServiceValidationError) as refusal:
            await share(hass, front_door, message=f"{{code}} {{{wrong}}}")
        assert refusal.value.translation_key == "unknown_placeholder"
        assert f"{{{wrong}}}" in str(refusal.value)
    with pytest.raises(ServiceValidationError) as refusal:
        await share(hass, front_door, message="{code")
    assert refusal.value.translation_key == "unknown_placeholder"
    assert (guest.messages, cloud.calls[RANDOM]) == ([], 0)


async def test_a_code_that_erases_all_others_is_sent_to_nobody(
    hass: HomeAssistant, front_door: str, guest: Recipient
) -> None:
    response = await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": "Eraser", "type": "erase"})
    with pytest.raises(ServiceValidationError) as refusal:
        await share(hass, front_door, passcode_id=response["results"][front_door]["id"])
    assert refusal.value.translation_key == "passcode_erases"
    assert guest.messages == []


async def test_digits_that_the_cloud_keeps_to_itself_are_not_made_up(
    hass: HomeAssistant, front_door: str, guest: Recipient, world: World
) -> None:
    family = (await passcodes(hass, front_door))["Family"]
    world.faults.add(Fault(kind="missing_fields", path="/v3/lock/listKeyboardPwd", fields=("keyboardPwd",)))
    with pytest.raises(HomeAssistantError) as refusal:
        await share(hass, front_door, passcode_id=family["id"])
    assert refusal.value.translation_key == "passcode_unknown"
    assert guest.messages == []


@WHOLE_HOUSE
async def test_only_administrators_and_automations_share(
    hass: HomeAssistant,
    front_door: str,
    entity_id: Find,
    guest: Recipient,
    hass_admin_user: User,
    hass_read_only_user: User,
) -> None:
    for action, data in (("share_access", {}), ("get_unlock_link", {"key_id": 1})):
        with pytest.raises(Unauthorized):
            await act(
                hass,
                action,
                {"entity_id": front_door, "notify": "notify.guest", **data},
                context=Context(user_id=hass_read_only_user.id),
            )
    assert guest.messages == []
    await share(hass, front_door, context=Context(user_id=hass_admin_user.id))
    assert guest.message
    flat = entity_id("lock", "holiday_flat", "lock")
    with pytest.raises(HomeAssistantError):
        await share(hass, flat)


# -- Links ---------------------------------------------------------------------------------------------------------


async def ekey_id(hass: HomeAssistant, front_door: str) -> int:
    """Return the id of the ekey of the guest, who may unlock from afar."""
    (ekey,) = (await act(hass, "list_ekeys", {"entity_id": front_door}))["ekeys"][front_door]
    await act(hass, "modify_ekey", {"entity_id": front_door, "key_id": ekey["id"], "remote_enable": True})
    return int(ekey["id"])


async def link(hass: HomeAssistant, entity_id: str, **data: Any) -> dict[str, Any]:
    """Ask for a link and return the result of a lock."""
    response = await act(hass, "get_unlock_link", {"entity_id": entity_id, **data})
    result: dict[str, Any] = response["results"][entity_id]
    return result


async def test_a_link_is_sent_and_not_told(
    hass: HomeAssistant, front_door: str, guest: Recipient, freezer: FrozenDateTimeFactory
) -> None:
    key_id = await ekey_id(hass, front_door)
    result = await link(hass, front_door, key_id=key_id, notify="notify.guest")
    assert result == {
        "status": "confirmed",
        "path": "cloud",
        "id": key_id,
        "sent_to": ["notify.guest"],
        "failed": [],
    }
    assert guest.message.startswith(f"Hello Guest, this link opens Front Door: {LINK}")
    await link(hass, front_door, key_id=key_id, notify="notify.guest", guest="Li", message="{guest} {link} {end}")
    assert re.fullmatch(rf"Li {LINK}\S+ 2036-01-15 \d\d:00", guest.messages[1])


async def test_a_link_is_told_to_who_asks_for_secrets(hass: HomeAssistant, front_door: str, guest: Recipient) -> None:
    key_id = await ekey_id(hass, front_door)
    result = await link(hass, front_door, key_id=key_id, include_secrets=True)
    assert result["link"].startswith(LINK)
    assert "sent_to" not in result
    guest.fault = RuntimeError()
    both = await link(hass, front_door, key_id=key_id, include_secrets=True, notify="notify.guest")
    assert (both["link"], both["failed"]) == (result["link"], ["notify.guest"])


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({}, "link_for_nobody"),
        ({"include_secrets": False}, "link_for_nobody"),
        ({"notify": "notify.nobody"}, "notify_entity_missing"),
        ({"notify": "notify.guest", "message": "{link} {code}"}, "unknown_placeholder"),
        ({"notify": "notify.guest", "message": "Come in"}, "message_without_link"),
        ({"notify": "notify.guest", "key_id": 1}, "ekey_not_found"),
    ],
)
async def test_a_link_for_nobody_is_not_made(
    hass: HomeAssistant, front_door: str, guest: Recipient, cloud: CloudServer, data: dict[str, Any], key: str
) -> None:
    key_id = await ekey_id(hass, front_door)
    with pytest.raises(HomeAssistantError) as refusal:
        await link(hass, front_door, **{"key_id": key_id, **data})
    assert refusal.value.translation_key == key
    assert (guest.messages, cloud.calls["/v3/key/getUnlockLink"]) == ([], 0)


async def test_a_link_that_reached_nobody_is_a_failure(hass: HomeAssistant, front_door: str, guest: Recipient) -> None:
    key_id = await ekey_id(hass, front_door)
    guest.fault = RuntimeError(LINK)
    with pytest.raises(HomeAssistantError) as failure:
        await link(hass, front_door, key_id=key_id, notify="notify.guest")
    assert failure.value.translation_key == "link_undelivered"
    assert LINK not in str(failure.value)
