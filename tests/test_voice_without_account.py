"""Voice tools for locks without any account: codes are put on them over Bluetooth, with digits that are ours."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, World
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner

from .bluetooth import air, scanner  # noqa: F401  # fixtures
from .passing_time import pass_time
from .recipients import Recipient
from .test_radio_seen import hang_up
from .test_record_options import choose
from .test_share_access import code_in
from .test_voice_tools import (
    NAME,
    OPTIONS,
    as_admin,  # noqa: F401  # fixtures
    christmas_eve,  # noqa: F401
    confirmed,
    door,  # noqa: F401
    guest,  # noqa: F401
)
from .test_without_account import act, complete, far, local, managed  # noqa: F401  # fixtures
from .voice_agent import ScriptedAgent, add_agent

pytestmark = pytest.mark.locks("front_door")

STAY: Final = {"lock": NAME, "guest": "Li", "start": "2026-12-24 14:00", "end": "2026-12-24 18:00"}


@pytest.fixture
async def agent(
    hass: HomeAssistant,
    managed: str,  # noqa: F811
    local: MockConfigEntry,  # noqa: F811
    guest: Recipient,  # noqa: F811
) -> ScriptedAgent:
    """Return an agent that may manage the front door, of which no cloud knows."""
    await hass.config.async_set_time_zone("Europe/Rome")
    er.async_get(hass).async_update_entity(managed, name=NAME)
    await choose(hass, local, "voice", OPTIONS)
    agent = await add_agent(hass)
    async_expose_entity(hass, "conversation", managed, True)
    return agent


async def test_a_guest_gets_a_code_for_a_period(
    agent: ScriptedAgent,
    as_admin: Context,  # noqa: F811
    guest: Recipient,  # noqa: F811
    door: Callable[[str], bool],  # noqa: F811
    freezer: FrozenDateTimeFactory,
    cloud: CloudServer,
) -> None:
    cloud.reset_calls()
    done = await confirmed(agent, "create_guest_code", as_admin, **STAY)
    assert done == {
        "done": True,
        "valid_from": "2026-12-24T14:00+01:00",
        "valid_until": "2026-12-24T18:00+01:00",
        "sent_to": ["guest"],
    }
    code = code_in(guest.message.partition("Valid")[0])
    assert guest.message.endswith("Valid 2026-12-24 14:00 to 2026-12-24 18:00. Press # after the code."), "no first use"
    assert not any(code in text for text in agent.logs)
    assert not door(code)
    freezer.tick(timedelta(hours=1))
    assert door(code)
    access = (await agent.ask("list_access", as_admin, lock=NAME))["access"]
    assert "Li" in [item["name"] for item in access]
    # The same wish is the same code.
    await confirmed(agent, "create_guest_code", as_admin, **STAY)
    assert code_in(guest.messages[-1].partition("Valid")[0]) == code
    assert (await confirmed(agent, "revoke_access", as_admin, lock=NAME, guest="Li"))["done"]
    assert not door(code)
    assert not cloud.calls


async def test_a_one_time_code_opens_once(
    agent: ScriptedAgent,
    as_admin: Context,  # noqa: F811
    guest: Recipient,  # noqa: F811
    door: Callable[[str], bool],  # noqa: F811
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    for _ in range(2):
        await confirmed(agent, "make_one_time_code", as_admin, lock=NAME)
    first, second = (code_in(message.partition("Valid")[0]) for message in guest.messages)
    assert first != second
    assert door(first)
    assert not door(first)
    freezer.tick(timedelta(hours=6))
    assert not door(second), "it is good for six hours"


async def test_a_code_that_cannot_be_put_on_the_lock_now_does_not_come_later(
    hass: HomeAssistant,
    agent: ScriptedAgent,
    as_admin: Context,  # noqa: F811
    air: Air,  # noqa: F811
    scanner: VirtualScanner,  # noqa: F811
    world: World,
    freezer: FrozenDateTimeFactory,
    guest: Recipient,  # noqa: F811
) -> None:
    known = set(world.lock("front_door").keypad.table)
    asked = await agent.ask("create_guest_code", as_admin, **STAY)
    hang_up(air.lock("front_door"))
    air.lock("front_door").in_range = False
    token = asked["needs_confirmation"]
    asking = hass.async_create_task(agent.ask("create_guest_code", as_admin, **STAY, confirmation=token))
    while not asking.done():
        # It is tried for a while to connect.
        freezer.tick(1)
        await asyncio.sleep(0)
    assert (await asking)["error"] == "lock_offline"
    air.lock("front_door").in_range = True
    scanner.advertise()
    await pass_time(hass, freezer, timedelta(hours=1))
    assert set(world.lock("front_door").keypad.table) == known
    assert guest.messages == []


async def test_without_a_way_to_the_lock_nobody_is_asked(
    far: None,  # noqa: F811
    agent: ScriptedAgent,
    as_admin: Context,  # noqa: F811
) -> None:
    for tool, arguments in (("create_guest_code", STAY), ("make_one_time_code", {"lock": NAME})):
        refused = await agent.ask(tool, as_admin, **arguments)
        assert refused == {"error": "lock_offline", "reason": "out_of_bluetooth_reach"}


async def test_other_ways_to_a_random_code_go_over_bluetooth_too(
    hass: HomeAssistant,
    managed: str,  # noqa: F811
    guest: Recipient,  # noqa: F811
    door: Callable[[str], bool],  # noqa: F811
) -> None:
    made = await act(hass, "create_passcode", managed, passcode_name="Family", return_code=True)
    assert made["results"][managed]["status"] == "confirmed"
    assert door(made["results"][managed]["passcode"])
    message = "Code {code}"
    shared = await act(hass, "share_access", managed, guest="Bo", notify="notify.guest", message=message)
    assert (shared["results"][managed]["status"], shared["results"][managed]["path"]) == ("confirmed", "ble")
    code = code_in(guest.message)
    assert door(code)
    assert not door(code)


async def test_weekly_codes_need_the_cloud(hass: HomeAssistant, managed: str) -> None:  # noqa: F811
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "generate_passcode", managed, passcode_name="Weekly", type="daily", duration="02:00:00")
    assert failure.value.translation_key == "needs_cloud"
