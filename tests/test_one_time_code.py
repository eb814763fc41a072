"""The button that makes a code which opens once: who sees it, and for how long."""

from collections.abc import AsyncGenerator
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_get_persistent_notifications,
)

from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE
from .passing_time import pass_time
from .phones import PushServer, push_server, registration
from .test_actions import passcodes
from .test_lock import Find
from .test_share_access import code_in

pytestmark = pytest.mark.locks("front_door")

RANDOM = "/v3/keyboardPwd/get"


@pytest.fixture
def button(all_enabled: None, loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the button of the front door."""
    return entity_id("button", "front_door", "one_time_code")


async def press(hass: HomeAssistant, button: str, user: User | None = None) -> None:
    """Press the button, as a user or as an automation."""
    context = Context(user_id=user.id) if user else None
    await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True, context=context)


def shown(hass: HomeAssistant) -> list[str]:
    """Return the texts of the notifications."""
    return [notification["message"] for notification in async_get_persistent_notifications(hass).values()]


async def test_a_code_is_shown_and_opens_once(
    hass: HomeAssistant, button: str, entity_id: Find, world: World, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-12-24 14:20:00+00:00")
    await hass.config.async_set_time_zone("Europe/Rome")
    await press(hass, button)
    (message,) = shown(hass)
    code = code_in(message)
    assert message == (
        f"One-time code for Front Door: {code}. Press # after the code. It works once, until 2026-12-24 21:00."
    )
    listed = await passcodes(hass, entity_id("lock", "front_door", "lock"))
    assert listed["One-time code"]["kind"] == "one_time"
    assert world.lock("front_door").enter_code(code).opened
    assert not world.lock("front_door").enter_code(code).opened
    state = hass.states.get(button)
    assert state is not None
    assert code not in str(state.as_dict())


async def test_the_notification_goes_after_ten_minutes(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, button: str
) -> None:
    await press(hass, button)
    await pass_time(hass, freezer, timedelta(minutes=5))
    await press(hass, button)
    first, second = (code_in(message) for message in shown(hass))
    assert first != second, "the second code took the place of the first"
    await pass_time(hass, freezer, timedelta(minutes=5, seconds=1))
    assert [code_in(message) for message in shown(hass)] == [second]
    await pass_time(hass, freezer, timedelta(minutes=5))
    assert shown(hass) == []


async def test_nothing_stays_behind_when_the_account_is_unloaded(
    hass: HomeAssistant, button: str, loaded: MockConfigEntry
) -> None:
    await press(hass, button)
    assert len(shown(hass)) == 1
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert shown(hass) == []


@pytest.fixture
async def push(button: str) -> AsyncGenerator[PushServer]:
    """Return the running server, once the house has a button."""
    async with push_server() as push:
        yield push


async def add_phone(hass: HomeAssistant, push: PushServer, owner: User, name: str) -> None:
    """Let Home Assistant know a phone of a user."""
    app = registration(name, {"push_token": "token", "push_url": f"{push.url}{name}"})
    more = {"secret": "", "user_id": owner.id, "webhook_id": f"webhook-{name}"}
    entry = MockConfigEntry(domain="mobile_app", title=name, data=app | more)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_who_pressed_gets_the_code_on_the_phone(
    hass: HomeAssistant,
    button: str,
    push: PushServer,
    hass_admin_user: User,
    hass_owner_user: User,
    world: World,
) -> None:
    await add_phone(hass, push, hass_admin_user, "mine")
    await add_phone(hass, push, hass_admin_user, "tablet")
    await add_phone(hass, push, hass_owner_user, "other")
    await press(hass, button, hass_admin_user)
    assert sorted(name for name, _ in push.pushed) == ["mine", "tablet"]
    assert shown(hass) == []
    message = push.pushed[0][1]
    assert message["title"] == "Front Door"
    assert world.lock("front_door").enter_code(code_in(message["message"])).opened


async def test_a_phone_that_is_not_reached_does_not_lose_the_code(
    hass: HomeAssistant, button: str, push: PushServer, hass_admin_user: User, world: World
) -> None:
    await add_phone(hass, push, hass_admin_user, "mine")
    push.status = 500
    await press(hass, button, hass_admin_user)
    assert len(push.pushed) == 1
    (message,) = shown(hass)
    assert world.lock("front_door").enter_code(code_in(message)).opened


async def test_who_has_no_phone_gets_a_notification(
    hass: HomeAssistant, button: str, push: PushServer, hass_admin_user: User, hass_owner_user: User
) -> None:
    await add_phone(hass, push, hass_owner_user, "other")
    await press(hass, button, hass_admin_user)
    assert (push.pushed, len(shown(hass))) == ([], 1)


async def test_only_administrators_and_automations_press(hass: HomeAssistant, button: str, cloud: CloudServer) -> None:
    member = MockUser().add_to_hass(hass)
    member.mock_policy({"entities": True})
    cloud.calls.clear()
    with pytest.raises(Unauthorized):
        await press(hass, button, member)
    assert (cloud.calls[RANDOM], shown(hass)) == (0, [])
    await press(hass, button)
    assert (cloud.calls[RANDOM], len(shown(hass))) == (1, 1)


async def test_a_refusal_is_told_and_nothing_is_shown(hass: HomeAssistant, button: str, world: World) -> None:
    world.faults.add(Fault(kind="errcode", path=RANDOM, errcode=-1007))
    with pytest.raises(HomeAssistantError) as refusal:
        await press(hass, button)
    assert refusal.value.translation_key == "no_passcode_data"
    assert shown(hass) == []


@WHOLE_HOUSE
async def test_the_button_is_there_where_codes_can_be_made(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id("button", "padlock", "one_time_code"))
    assert entry is not None
    assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    # The owner holds but an ekey of the holiday flat.
    flat = f"ttlock-{world.lock('holiday_flat').lock_id}-one_time_code"
    assert registry.async_get_entity_id("button", "ttlock", flat) is None
