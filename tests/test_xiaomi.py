"""A lock of Xiaomi, heard by Home Assistant's own xiaomi_ble: what docs/xiaomi.md says of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
import re
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.helpers import async_get_blueprints as automation_blueprints
from homeassistant.components.script.helpers import async_get_blueprints as script_blueprints
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from xiaomi_ble.devices import DEVICE_TYPES

from .documentation import ROOT, blocks
from .recipients import Recipient
from .test_blueprints import (  # noqa: F401  # fixtures among them
    FILES,
    MINUTE,
    later,
    phone,
    shelf,
    taken,
    use,
)
from .test_lock import state_of
from .xiaomi import MiLock, frame, mi_lock  # noqa: F401  # a fixture among them

pytestmark = pytest.mark.usefixtures("shelf")

PAGE: Final = ROOT / "docs" / "xiaomi.md"
SECOND: Final = timedelta(seconds=1)
EVENT: Final = "event.front_door_lock"
DOOR: Final = "binary_sensor.front_door_door"
BATTERY: Final = "sensor.front_door_battery"
HOME: Final[dict[str, Any]] = {
    "access": {"entity_id": EVENT},
    "kinds": ["unlock_outside_the_door"],
    "keys": ["sensor.front_door_key_id"],
}

type Happen = Callable[..., Awaitable[None]]


@pytest.fixture
async def happen(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    mi_lock: MiLock,  # noqa: F811
) -> Happen:
    """Return what has things happen at the lock, a minute apart.

    Everything has happened before, so that all entities are there; they are called as on the page.
    """

    async def happen(*things: str) -> None:
        for thing in things:
            await later(hass, freezer)
            mi_lock.say(thing)
            await later(hass, freezer, SECOND)
            await later(hass, freezer, SECOND)

    await happen("finger not matched", "battery 87", "armed", "pried", "door opened", "door closed", "locked")
    entities = er.async_get(hass)
    for entity_id in [entity.entity_id for entity in entities.entities.values() if entity.platform == "xiaomi_ble"]:
        entities.async_update_entity(entity_id, new_entity_id=entity_id.replace("door_lock_0b01", "front_door"))
    await hass.async_block_till_done()
    return happen


# -- Our blueprints ------------------------------------------------------------------------------------------------


def test_the_lock_speaks_as_was_measured() -> None:
    """Of xiaomi-viomi-lock.md 13.2: encrypted by others, and read by the library there."""
    assert frame("fingerprint 3 outside", 1) == "4855390e01f2c0d5e2d58f7057fd8c9da001000010c45526"
    assert frame("wrong codes", 0x11) == "4855390e1198a73ef7728a1a8877201e7401000025f88895"


async def test_who_came_home_is_told_by_the_key(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    happen: Happen,
    mi_lock: MiLock,  # noqa: F811
    phone: Recipient,  # noqa: F811
) -> None:
    await use(hass, "family_home", **HOME, message="{{ who }}, {{ door }}")
    await happen("fingerprint 3 outside", "locked", "face 5 outside")
    assert taken(phone) == ["Fingerprint key id 3, Door Lock 0B01", "Human face key id 5, Door Lock 0B01"]
    heard = mi_lock.last
    mi_lock.idle()
    mi_lock.hear(heard)
    await later(hass, freezer, SECOND)
    await later(hass, freezer, SECOND)
    assert taken(phone) == [], "the same once more"
    await happen("face 5 outside", "by hand inside", "locked", "mechanical key outside")
    assert taken(phone) == [], "again at once, from inside, and a key that is nobody's"
    await happen("face 5 outside")
    assert len(taken(phone)) == 1, "another key than that of the opening before"
    await happen("locked", "face 5 outside")
    assert len(taken(phone)) == 1, "it has told of something else meanwhile"
    await later(hass, freezer, 11 * MINUTE)
    await happen("face 5 outside")
    assert len(taken(phone)) == 1


async def test_only_the_chosen_keys_are_told(
    hass: HomeAssistant,
    happen: Happen,
    phone: Recipient,  # noqa: F811
) -> None:
    await use(hass, "family_home", **HOME, people=["Human face key id 5"])
    await happen("fingerprint 3 outside", "locked", "face 5 outside")
    assert taken(phone) == ["Human face key id 5 came home (Door Lock 0B01)"]


async def test_a_door_that_is_left_open_and_a_low_battery_are_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    happen: Happen,
    phone: Recipient,  # noqa: F811
) -> None:
    await use(hass, "door_left_open", door=DOOR)
    await happen("door opened")
    await later(hass, freezer, 5 * MINUTE)
    assert taken(phone) == ["Door Lock 0B01 Door is open"]
    await happen("door closed")
    await later(hass, freezer, 15 * MINUTE)
    assert taken(phone) == []


async def test_a_battery_that_is_low_is_told(
    hass: HomeAssistant,
    happen: Happen,
    phone: Recipient,  # noqa: F811
) -> None:
    await use(hass, "battery_low", batteries=[BATTERY])
    await happen("battery 15")
    assert taken(phone) == ["Low battery: Door Lock 0B01 Battery 15 %"]


async def test_alarms_never_arrive_and_leave_a_false_state_behind(
    hass: HomeAssistant,
    happen: Happen,
    phone: Recipient,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    """When this fails xiaomi-ble was mended: the page and the alarm blueprint have more to offer then."""
    fingerprints = "event.front_door_fingerprint"
    await use(hass, "alarm", alarm={"entity_id": fingerprints}, kinds=["match_failed"], message="{{ kind }}")
    await happen("finger not matched")
    assert taken(phone) == ["match_failed"], "what the blueprint takes"
    assert state_of(hass, "binary_sensor.front_door_lock").state == "off"
    await happen("wrong codes", "duress alarm")
    assert caplog.text.count("Unexpected error updating") == 2
    assert not [state for state in hass.states.async_all("event") if "error" in state.entity_id]
    assert state_of(hass, EVENT).attributes["event_type"] == "locked"
    await happen("battery 87")
    assert state_of(hass, "binary_sensor.front_door_lock").state == "on", "although nobody opened"
    assert state_of(hass, "binary_sensor.front_door_armed").state == "off", "although it is armed"


# -- To copy -------------------------------------------------------------------------------------------------------


async def test_the_automations_of_the_page_tell_of_duress_prying_and_a_door_that_is_not_locked(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    happen: Happen,
    phone: Recipient,  # noqa: F811
) -> None:
    await happen("door closed")
    copied = [block.content for block in blocks(PAGE) if "alias" in block.content]
    assert await async_setup_component(hass, "automation", {"automation": copied})
    await hass.async_block_till_done()
    assert {state.state for state in hass.states.async_all("automation")} == {"on"}
    await happen("face 5 outside", "locked", "door opened", "by hand inside")
    await later(hass, freezer, 9 * MINUTE)
    assert taken(phone) == [], "the door is open"
    await happen("door closed")
    assert taken(phone) == []
    await happen("locked", "duress, fingerprint 9")
    (message,) = taken(phone)
    assert message.startswith("Duress: front door")
    await happen("pried")
    assert taken(phone) == ["Somebody pries the front door"]
    await happen("door closed", "locked", "by hand inside")
    await later(hass, freezer, 10 * MINUTE)
    assert taken(phone) == ["The front door is closed but not locked"]


async def test_the_sensor_of_the_page_knows_when_the_door_was_opened_for_the_blueprint_of_silence(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    happen: Happen,
    phone: Recipient,  # noqa: F811
) -> None:
    (template,) = [block.content for block in blocks(PAGE) if "template" in block.content]
    assert await async_setup_component(hass, "template", template)
    await hass.async_block_till_done()
    sensor = "sensor.front_door_last_opened"
    assert state_of(hass, sensor).state == "unknown"
    freezer.move_to(dt_util.start_of_local_day() + timedelta(days=1, hours=11))
    await happen("by hand inside")
    opened = state_of(hass, sensor)
    assert opened.attributes["device_class"] == "timestamp"
    await happen("locked")
    assert state_of(hass, sensor).state == opened.state
    await use(hass, "no_activity", last_opened=sensor, quiet={"hours": 24})
    freezer.move_to(dt_util.start_of_local_day() + timedelta(hours=12))
    for _ in range(23):
        await later(hass, freezer, timedelta(hours=1))
    assert taken(phone) == []
    await later(hass, freezer, timedelta(hours=1))
    (message,) = taken(phone)
    assert message.startswith("Front door last opened has not been opened since 20"), "the sensor has no device"


# -- What the page says --------------------------------------------------------------------------------------------


def test_the_locks_of_the_page_are_those_that_home_assistant_knows() -> None:
    (row,) = re.findall(r"^\| (.*) \| Yes, .* \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(row.split(", ")) == sorted(kind.model for kind in DEVICE_TYPES.values() if kind.name == "Door Lock")


def offers(hass: HomeAssistant, selector: dict[str, Any], entity_id: str) -> bool:
    """Return whether the selector of an input offers an entity."""
    entity = er.async_get(hass).async_get(entity_id)
    has = {
        "domain": entity_id.partition(".")[0],
        "integration": entity.platform if entity else None,
        "device_class": state_of(hass, entity_id).attributes.get("device_class"),
    }
    (kind,) = selector.values()
    filters = kind["entity"] if "target" in selector else kind["filter"]
    return any(
        all(has[key] in (wanted if isinstance(wanted, list) else [wanted]) for key, wanted in item.items())
        for item in (filters if isinstance(filters, list) else [filters])
    )


async def test_the_blueprints_of_the_page_offer_what_the_lock_has_and_the_others_do_not(
    hass: HomeAssistant, happen: Happen
) -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (yes|no|hardly|with) ?", PAGE.read_text("utf-8"), re.MULTILINE)
    said = {name: word for names, word in rows for name in re.findall(r"\w+", names)}
    found: dict[str, str] = {}
    for file in FILES:
        domain, name = file.split("/")
        shelves = automation_blueprints(hass) if domain == "automation" else script_blueprints(hass)
        inputs = (await shelves.async_get_blueprint(f"ttlock/{name}")).inputs.values()
        needed = [
            item["selector"]
            for item in inputs
            if "default" not in item and item["selector"].keys() & {"entity", "target"}
        ]
        offered = [
            any(offers(hass, selector, entity) for entity in hass.states.async_entity_ids()) for selector in needed
        ]
        found[name.removesuffix(".yaml")] = "yes" if all(offered) else "no"
    assert found == said | {"alarm": "yes", "no_activity": "no"}, "an alarm could be chosen, had the lock one to tell"
    assert (said["alarm"], said["no_activity"]) == ("hardly", "with")
