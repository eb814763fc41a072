"""The automations of docs/events.md, as they stand there, and what an outage does to them."""

from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, label_registry as lr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events, async_mock_service

from simulator import CloudServer, Fault, World

from .documentation import ROOT, blocks
from .passing_time import pass_time
from .test_lock import Find, state_of
from .test_records import CODE, Events, front_door, read, told  # noqa: F401  # fixtures among them

pytestmark = pytest.mark.locks("front_door")

PAGE: Final = ROOT / "docs" / "events.md"


def automations() -> list[dict[str, Any]]:
    """Return the automations of the page, in their order."""
    return [
        {"id": str(number), "alias": f"Copied {number}", **block.content} for number, block in enumerate(blocks(PAGE))
    ]


async def test_the_automations_of_the_documentation_run(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    assert entity_id("event", "front_door", "access") == "event.front_door_access_log", "as the page has it"
    label = lr.async_get(hass).async_create("outside_doors")
    er.async_get(hass).async_update_entity(entity_id("event", "front_door", "alarm"), labels={label.label_id})
    said = async_mock_service(hass, "notify", "send_message")
    wanted = automations()
    assert len(wanted) == 3
    unlocked = {"trigger": "event.received", "target": {"entity_id": "event.front_door_access_log"}}
    reminder = {
        "alias": "Reminder",
        "triggers": [unlocked | {"options": {"event_type": ["unlocked"]}}],
        "actions": [{"event": "reminded", "event_data": {"who": "{{ trigger.to_state.attributes.who }}"}}],
    }
    reminded = async_capture_events(hass, "reminded")
    assert await async_setup_component(hass, "automation", {"automation": [*wanted, reminder]})
    await hass.async_block_till_done()
    assert [state_of(hass, f"automation.copied_{number}").state for number in range(3)] == ["on"] * 3

    lock = world.lock("front_door")
    for pause in (60, 60, 700):
        freezer.tick(pause)
        lock.enter_code(CODE)
        await read(loaded)
        await hass.async_block_till_done()
    lock.tamper()
    await read(loaded)
    await hass.async_block_till_done()
    for gateway in world.reach.gateways.values():
        gateway.online = False
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call("lock", "lock", {"entity_id": front_door}, blocking=True)
    await hass.async_block_till_done()
    assert [call.data["message"] for call in said] == [
        "Family came home",
        "Family came home",
        "Front Door: tamper",
        "Could not lock: gateway_offline",
    ]
    assert [event.data["who"] for event in reminded] == ["Family"] * 3, "the same person each time"


async def test_after_an_outage_news_are_news_and_the_rest_is_late_but_alarms_are_alarms(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    told: Events,  # noqa: F811
    world: World,
    entity_id: Find,
    cloud: CloudServer,
) -> None:
    """An hour without the cloud; when it is back, the bolt is where it was, and nobody asks for the log."""
    lasting = [
        entity_id(platform, "front_door", key)
        for platform, key in (("event", "access"), ("event", "alarm"), ("sensor", "last_opened"))
    ]
    world.faults.add(Fault(kind="http_503"))
    for minute in range(1, 57):
        await pass_time(hass, freezer, timedelta(minutes=1))
        assert "unavailable" not in {state_of(hass, name).state for name in lasting}
        if minute in (10, 55):
            world.lock("front_door").enter_code(CODE)
            world.lock("front_door").tamper()
            world.lock("front_door").turn_key()
    assert state_of(hass, entity_id("sensor", "front_door", "lockbattery")).state == "unavailable"
    world.faults.clear()
    cloud.reset_calls()
    await pass_time(hass, freezer, timedelta(minutes=4))
    assert cloud.calls["/v3/lockRecord/list"] == 1
    assert [(event["event_type"], event.get("kind"), event.get("late")) for event in told] == [
        ("late", "unlocked", None),
        ("tamper", None, True),
        ("late", "locked", None),
        ("unlocked", None, None),
        ("tamper", None, False),
        ("locked", None, None),
    ]
    await pass_time(hass, freezer, timedelta(hours=3))
    assert len(told) == 6
