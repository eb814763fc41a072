"""The steps of `script/demo --check`: the main job, done through Home Assistant and proved at the simulated door."""

import asyncio
from datetime import UTC, datetime, timedelta

from . import day_steps, entry_steps, key_steps, outage_steps, pairing_steps, push_steps, quota_steps, radio_steps
from .house import add_account, config_entries, enter_house, read_entities, settled_entities
from .stage import FOLLOW_SECONDS, LOCK, Stage, Step, expect

CODE = "30711942"
SHORT_CODE = "27182818"
WRONG_CODE = "99999999"
CARD_NUMBER = "2882343476"
RECEIVER = "landlord@example.com"
"""Another account of the default world."""
SHORT_VALIDITY = timedelta(seconds=10)
MINUTE = timedelta(minutes=1)
AUTO_LOCK_SECONDS = 5
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
RETURNING = ("lock", "sensor", "autolock", "autolock_delay", "passage_mode")
"""Entities of a lock whose states a restart must bring back."""
NO_STATE = ("unknown", "unavailable")


async def start_home_assistant(stage: Stage) -> None:
    """Start a fresh Home Assistant and create its owner."""
    await stage.cloud.control("POST", "/lock", {"lock": LOCK, "features": list(key_steps.RICH)})
    await stage.hass.start()
    await enter_house(stage.api)


async def sign_in(stage: Stage) -> None:
    """Sign the account in through the config flow and find every lock."""
    await add_account(stage.api, stage.cloud.access)
    await _expect_loaded(stage)
    stage.entities = await settled_entities(stage.api)
    missing = [
        key for key, lock_id in stage.cloud.access.lock_ids.items() if stage.entities.lock(lock_id, "lock") is None
    ]
    expect(not missing, f"no lock entity for {', '.join(missing)}")
    await stage.expect_state("lock", "locked")


async def unlock_moves_the_bolt(stage: Stage) -> None:
    """Unlock in Home Assistant: the motor is driven exactly once."""
    await stage.expect_bolt("locked")
    before = (await stage.cloud.lock(LOCK))["actuations"]
    await stage.unlock()
    await stage.expect_state("lock", "unlocked")
    driven = (await stage.cloud.lock(LOCK))["actuations"] - before
    expect(driven == 1, f"the motor was driven {driven} times")
    await stage.lock()
    await stage.expect_state("lock", "locked")


async def a_passcode_opens_the_door(stage: Stage) -> None:
    """Create a passcode in Home Assistant and enter it at the keypad."""
    entity_id = stage.entity("lock")
    before = await stage.cloud.enter_code(LOCK, CODE)
    expect(not before["opened"], "the door opens before the passcode is there")
    await stage.api.action("ttlock.create_passcode", entity_id, passcode_name="Cleaner", passcode=CODE)
    answer = await stage.cloud.enter_code(LOCK, CODE)
    expect(answer["opened"], f"the passcode does not open the door: {answer['reason']}")
    listed = await stage.api.action("ttlock.list_passcodes", entity_id, respond=True)
    names = [item["name"] for item in listed["passcodes"][entity_id]]
    expect("Cleaner" in names, f"the passcode is not listed, only {names}")
    await stage.lock()


async def a_card_opens_until_it_is_deleted(stage: Stage) -> None:
    """Teach the lock a card by its number, hold it to the door, and delete it."""
    entity_id = stage.entity("lock")
    taught = await stage.api.action(
        "ttlock.add_card", entity_id, respond=True, card_name="Red card", card_number=CARD_NUMBER
    )
    result = taught["results"][entity_id]
    answer = await stage.cloud.at_the_door(LOCK, "swipe_card", CARD_NUMBER)
    expect(answer["opened"], f"the card does not open the door: {answer['reason']}")
    await stage.lock()
    await stage.api.action("ttlock.delete_card", entity_id, card_id=result["id"])
    answer = await stage.cloud.at_the_door(LOCK, "swipe_card", CARD_NUMBER)
    expect(not answer["opened"], "the deleted card still opens the door")


async def an_ekey_is_shared_and_taken_back(stage: Stage) -> None:
    """Send an ekey to another account, freeze it, and take it back."""
    entity_id = stage.entity("lock")
    sent = await stage.api.action(
        "ttlock.send_ekey", entity_id, respond=True, receiver_username=RECEIVER, name="Neighbour"
    )
    key_id = sent["key_ids"][entity_id]
    await stage.api.action("ttlock.freeze_ekey", entity_id, key_id=key_id)
    listed = await stage.api.action("ttlock.list_ekeys", entity_id, respond=True)
    states = {ekey["id"]: ekey["status"] for ekey in listed["ekeys"][entity_id]}
    expect(states.get(key_id) == "frozen", f"the ekey is {states.get(key_id)}")
    await stage.api.action("ttlock.delete_ekey", entity_id, key_id=key_id)
    listed = await stage.api.action("ttlock.list_ekeys", entity_id, respond=True)
    expect(key_id not in [ekey["id"] for ekey in listed["ekeys"][entity_id]], "the deleted ekey is still there")


async def a_wrong_code_does_not_open(stage: Stage) -> None:
    """Enter a code that nobody created."""
    answer = await stage.cloud.enter_code(LOCK, WRONG_CODE)
    expect(not answer["opened"], "a wrong code opens the door")
    await stage.expect_bolt("locked")


async def a_passcode_expires(stage: Stage) -> None:
    """Create a passcode for the rest of the minute, the shortest period a lock knows, and let its end come.

    The world's clock is moved by a minute at most: Home Assistant's own stays within the five minutes of difference
    that the cloud accepts (ttlock-open-api.md 1.3).
    """
    start = datetime.fromtimestamp(await stage.cloud.now(), UTC)
    end = (start + SHORT_VALIDITY).replace(second=0, microsecond=0) + MINUTE
    await stage.api.action(
        "ttlock.create_passcode",
        stage.entity("lock"),
        passcode_name="Guest",
        passcode=SHORT_CODE,
        start_time=(start - MINUTE).isoformat(),
        end_time=end.isoformat(),
    )
    answer = await stage.cloud.enter_code(LOCK, SHORT_CODE)
    expect(answer["opened"], f"the passcode does not open the door while it is valid: {answer['reason']}")
    await stage.lock()
    await stage.cloud.advance(end.timestamp() - await stage.cloud.now())
    answer = await stage.cloud.enter_code(LOCK, SHORT_CODE)
    expect(not answer["opened"], "the passcode opens the door after its end")
    await stage.expect_bolt("locked")


async def auto_lock_fires(stage: Stage) -> None:
    """Set auto-lock, unlock, and see the bolt and Home Assistant follow."""
    await stage.api.action("ttlock.configure_autolock", stage.entity("lock"), enabled=True, seconds=AUTO_LOCK_SECONDS)
    await stage.expect_state("autolock", "on")
    await stage.unlock()
    await stage.expect_state("lock", "unlocked")
    await stage.expect_state("lock", "locked", seconds=AUTO_LOCK_SECONDS + FOLLOW_SECONDS)
    await stage.expect_bolt("locked")


async def passage_mode_holds_the_door(stage: Stage) -> None:
    """Turn passage mode on: auto-lock does not fire until it is off again."""
    entity_id = stage.entity("lock")
    await stage.api.action("ttlock.configure_passage_mode", entity_id, enabled=True, all_day=True, days=EVERY_DAY)
    await stage.expect_state("passage_mode", "on")
    await stage.unlock()
    await asyncio.sleep(AUTO_LOCK_SECONDS + 3)
    await stage.expect_bolt("unlocked")
    await stage.expect_state("lock", "unlocked")
    await stage.api.action("ttlock.configure_passage_mode", entity_id, enabled=False)
    await stage.expect_state("passage_mode", "off")
    await stage.lock()
    await stage.expect_state("lock", "locked")


async def a_restart_keeps_everything(stage: Stage) -> None:
    """Restart Home Assistant: the same entities with their states, without another sign-in."""
    before = stage.entities = await settled_entities(stage.api)
    states = await _returning_states(stage)
    await stage.api.disconnect()
    await stage.hass.stop()
    await stage.cloud.reset_calls()
    await start_home_assistant(stage)
    await _expect_loaded(stage)
    stage.entities = await read_entities(stage.api)
    expect(stage.entities == before, "the entities are not the same as before")
    for unique_id, state in states.items():
        await stage.api.wait_for_state(stage.entities.by_unique_id[unique_id], state, seconds=FOLLOW_SECONDS)
    signed_in = (await stage.cloud.calls()).get("/oauth2/token", 0)
    expect(signed_in == 0, "the integration asked for a new token")


async def the_log_is_clean(stage: Stage) -> None:
    """Read Home Assistant's log: no error and no traceback of the integration."""
    errors = [
        error
        for error in stage.hass.integration_errors()
        if not any(expected in error for expected in stage.expected_errors)
    ]
    expect(not errors, f"the log has {len(errors)} errors of the integration, the first:\n{''.join(errors[:1])}")


async def _expect_loaded(stage: Stage) -> None:
    (entry,) = await config_entries(stage.api)
    expect(entry["state"] == "loaded", f"the config entry is {entry['state']}: {entry['reason']}")


async def _returning_states(stage: Stage) -> dict[str, str]:
    """Return the states that a restart must bring back, by unique id."""
    access = stage.cloud.access
    wanted = [f"ttlock-{lock_id}-{suffix}" for lock_id in access.lock_ids.values() for suffix in RETURNING]
    wanted += [f"ttlock-gateway-{gateway_id}" for gateway_id in access.gateway_ids.values()]
    known = stage.entities.by_unique_id
    states = {unique_id: await stage.api.state(known[unique_id]) for unique_id in wanted if unique_id in known}
    return {unique_id: state for unique_id, state in states.items() if state not in NO_STATE}


STEPS = (
    Step("Home Assistant starts with an owner", start_home_assistant, needed=True),
    Step("the account signs in through the config flow", sign_in, needed=True),
    Step("unlocking in Home Assistant moves the bolt, once", unlock_moves_the_bolt),
    Step("a passcode made in Home Assistant opens the door", a_passcode_opens_the_door),
    Step("a card opens the door until it is deleted", a_card_opens_until_it_is_deleted),
    Step("an ekey is shared, frozen and taken back", an_ekey_is_shared_and_taken_back),
    Step("every kind of key opens the door until it is removed", key_steps.every_kind_opens_until_it_is_removed),
    Step(
        "twenty locks open in one action, those behind a dead gateway later", key_steps.twenty_locks_open_in_one_action
    ),
    Step("another lock is cloned, and opens with the same keys", key_steps.another_lock_is_cloned),
    Step("a wrong code does not open it", a_wrong_code_does_not_open),
    Step("a passcode stops working at its end", a_passcode_expires),
    Step("auto-lock fires and Home Assistant follows", auto_lock_fires),
    Step("passage mode holds the door", passage_mode_holds_the_door),
    Step("a lost gateway is named, stops only its locks, and the next try works", outage_steps.a_gateway_drops_out),
    Step("an outage of the cloud is said once, and facts outlast it", outage_steps.the_cloud_drops_out),
    Step("a month of calls is used up, and the next one begins", quota_steps.a_month_of_calls_ends),
    # Home Assistant reloads half a minute after an entity was enabled, if it is not restarted before.
    Step("a stay in the calendar opens the door until it is deleted", key_steps.a_calendar_event_opens_the_door),
    Step("a restart of Home Assistant keeps everything", a_restart_keeps_everything),
    Step("a restart in an outage shows the last facts, and the rest follows", outage_steps.a_restart_in_an_outage),
    Step("with callbacks the door is heard in less than a second", push_steps.the_door_is_heard_at_once),
    Step("family came home: the owner is told by name", day_steps.the_family_comes_home),
    Step("door left open at night: told until it is closed", day_steps.a_door_is_left_open_at_night),
    Step("code by voice tool, two turns: the phone gets it", day_steps.a_code_is_made_by_voice),
    Step("duress: only the alarm and the phone know", day_steps.somebody_is_forced_to_open),
    Step("a write that a power cut interrupts goes on, and is done once", key_steps.a_write_is_cut_off_and_goes_on),
    Step("the locks come into range, and commands go over the air", radio_steps.the_radio_is_switched_on),
    Step("Bluetooth opens the door while the cloud is down", radio_steps.bluetooth_opens_without_the_cloud),
    Step("the cloud opens the door while the radio is down", radio_steps.the_cloud_opens_without_bluetooth),
    Step("the radio dies at each step of an unlock, and the bolt moves once", radio_steps.the_radio_dies_at_each_step),
    Step("the keypad is heard over the air, without a question", radio_steps.the_keypad_is_heard_over_the_air),
    Step("another client for the same lock gets its turn", radio_steps.another_client_gets_its_turn),
    Step("a new lock is discovered, paired, opened and given a code", pairing_steps.a_new_lock_is_paired),
    Step("the new lock is reset and given away", pairing_steps.the_new_lock_is_given_away),
    Step("an app account brings its keys, after the check of a new device", entry_steps.an_app_account_brings_its_keys),
    Step("a developer account joins the app account", entry_steps.the_developer_account_joins_in),
    Step("an entry of hass-ttlock gains Bluetooth by itself", entry_steps.an_entry_of_hass_ttlock_gains_bluetooth),
    Step("Home Assistant's log is clean", the_log_is_clean),
)
"""In this order: later steps rely on the house that earlier ones leave behind."""
