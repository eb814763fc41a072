"""When the battery will be low, from the statistics that Home Assistant keeps of its charge."""

from collections.abc import Iterable
from datetime import time, timedelta
import logging
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from simulator import World

from .conftest import setup
from .documentation import automation
from .passing_time import pass_time
from .recipients import Recipient, add_recipient
from .test_lock import Find, state_of

pytestmark = pytest.mark.locks("front_door", "back_door", "garden_gate", "cellar")
DAY: Final = timedelta(days=1)


@pytest.fixture
def mock_recorder_before_hass(recorder_db_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Prepare the database before Home Assistant, as it has to be, and let it not tell every row."""
    caplog.set_level(logging.WARNING, "sqlalchemy.engine")


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Record no state: the statistics are brought."""
    return {"exclude": {"entity_globs": ["*.*"]}}


def charged(hass: HomeAssistant, battery: str, charges: Iterable[float]) -> None:
    """Have the statistics know the charge at noon of each day; the last one is yesterday."""
    days = list(charges)
    today = dt_util.start_of_local_day()
    async_import_statistics(
        hass,
        {
            "mean_type": StatisticMeanType.ARITHMETIC,
            "has_sum": False,
            "name": None,
            "source": "recorder",
            "statistic_id": battery,
            "unit_class": "unitless",
            "unit_of_measurement": "%",
        },
        [
            {
                "start": today - (len(days) - number) * DAY + timedelta(hours=12),
                "mean": charge,
                "min": charge,
                "max": charge,
            }
            for number, charge in enumerate(days)
        ],
    )


async def test_the_day_on_which_a_battery_will_be_low_is_foreseen_where_the_past_tells_it(
    recorder_mock: object,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    histories = {
        # One percent a day, and a warm day: 31 are left, eleven until it is low.
        "front_door": [60 - day + (day == 20) * 4 for day in range(30)],
        "back_door": [90 - day for day in range(13)],
        "garden_gate": [*[81] * 9, *[80] * 50],
        # New batteries two and a half weeks ago, which last 150 days as those before did.
        "cellar": [*[round(60 - day / 2) for day in range(40)], 96, *[round(95 - day / 2) for day in range(17)]],
    }
    for name, history in histories.items():
        lock_id = world.lock(name).lock_id
        world.rows[lock_id].battery = int(history[-1])
        er.async_get(hass).async_get_or_create(
            "sensor",
            "ttlock",
            f"ttlock-{lock_id}-battery_low_on",
            config_entry=entry,
            object_id_base=f"{name}_battery_low_on",
        )
    await setup(hass, entry)
    for name, history in histories.items():
        charged(hass, entity_id("sensor", name, "lockbattery"), history)
    await async_wait_recording_done(hass)

    async def foreseen(span: timedelta) -> dict[str, float]:
        """Let time pass; returns in how many days which batteries will be low."""
        await pass_time(hass, freezer, span)
        await get_instance(hass).async_block_till_done()
        await hass.async_block_till_done(wait_background_tasks=True)
        states = {name: state_of(hass, entity_id("sensor", name, "battery_low_on")).state for name in histories}
        today = dt_util.start_of_local_day()
        return {
            name: (dt_util.parse_datetime(state, raise_on_error=True) - today) / DAY
            for name, state in states.items()
            if state != "unknown"
        }

    days = await foreseen(DAY)
    assert days == {"front_door": pytest.approx(10, abs=2), "cellar": pytest.approx(132, rel=0.1)}
    front_door = "sensor.front_door_battery_low_on"
    shown = state_of(hass, front_door).state
    assert dt_util.as_local(dt_util.parse_datetime(shown, raise_on_error=True)).time() == time(), "no more than a day"

    world.rows[world.lock("cellar").lock_id].battery = 100
    assert (await foreseen(timedelta(minutes=31))).keys() == {"front_door"}, "nobody knows of batteries that are fresh"
    assert (await foreseen(DAY)).keys() == {"front_door"}

    shown = state_of(hass, front_door).state
    changes = async_capture_events(hass, "state_changed")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    states = [change.data["new_state"].state for change in changes if change.data["entity_id"] == front_door]
    assert states == ["unavailable", shown], "a restart makes no news"

    phone = await add_recipient(hass, Recipient("phone"))
    copied = automation("automations.md", "Batteries that will not last for the next two weeks")
    assert await async_setup_component(hass, "automation", {"automation": [copied]})
    midnight = dt_util.start_of_local_day()
    freezer.move_to(midnight + (3 - midnight.weekday()) % 7 * DAY + timedelta(hours=10))
    told = []
    for _ in range(3):
        await pass_time(hass, freezer, DAY)
        if phone.messages:
            told.append(dt_util.now().strftime("%A"))
            assert phone.messages.pop().startswith("The batteries of the front door will be low on 20")
    assert told == ["Saturday"], "of Friday to Sunday"
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)
