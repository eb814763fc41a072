"""The dashboard shows what a lock has, and nothing that it lacks."""

from dataclasses import replace
import json

from simulator.demo.dashboard import GatewayCards, LockCards, dashboard, lock_section

FULL = LockCards(
    key="front_door",
    name="Front door",
    lock="lock.front",
    battery="sensor.front_battery",
    connection="sensor.front_connection",
    door="binary_sensor.front_door",
    passage_mode="switch.front_passage_mode",
    auto_lock="switch.front_auto_lock",
    auto_lock_delay="number.front_auto_lock_delay",
)
BARE = replace(FULL, battery=None, connection=None, door=None, passage_mode=None, auto_lock=None, auto_lock_delay=None)


def _entities(content: object) -> set[str]:
    if isinstance(content, dict):
        own = {content["entity"]} if isinstance(content.get("entity"), str) else set()
        return own.union(*(_entities(value) for value in content.values()))
    if isinstance(content, list):
        return set().union(*(_entities(item) for item in content))
    return set()


def _values(content: object, key: str) -> list[dict[str, str]]:
    if isinstance(content, dict):
        own = [content[key]] if key in content else []
        return own + [found for value in content.values() for found in _values(value, key)]
    if isinstance(content, list):
        return [found for item in content for found in _values(item, key)]
    return []


def test_every_entity_of_a_lock_has_a_card() -> None:
    """Nothing that the demo wants to show is left out."""
    assert _entities(lock_section(FULL)) == {
        FULL.lock,
        FULL.battery,
        FULL.connection,
        FULL.door,
        FULL.passage_mode,
        FULL.auto_lock,
        FULL.auto_lock_delay,
    }


def test_a_bare_lock_has_no_empty_cards() -> None:
    """Home Assistant would show a card of a missing entity as an error."""
    section = lock_section(BARE)

    assert _entities(section) == {BARE.lock}
    assert "null" not in json.dumps(section)


def test_gateways_and_the_door_are_shown() -> None:
    """The buttons act at the lock whose name they show."""
    gateway = GatewayCards(name="Hall gateway", connectivity="binary_sensor.hall")

    shown = dashboard([FULL], [gateway])

    assert gateway.connectivity in _entities(shown)
    acts = [act for act in _values(shown, "data") if act["lock"] == FULL.key and act["entity"] == FULL.lock]
    assert {act["act"] for act in acts} >= {"enter_code", "open_door", "turn_key"}
