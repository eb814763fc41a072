"""The simulated door in the browser: a script and cards that do what a person does at a lock."""

from .api import Json

KEYPAD = "input_text.keypad"
SCRIPT = "script.at_the_door"

# The lock is asked right afterwards, because the integration would notice only at its next poll.
CONFIGURATION = """
input_text:
  keypad:
    name: Code
    icon: mdi:dialpad
    pattern: "[0-9]*"
    initial: ""
rest_command:
  at_the_door:
    url: "<control_url>/door"
    method: post
    content_type: application/json
    payload: "{{ {'lock': lock, 'act': act, 'value': value} | to_json }}"
script:
  at_the_door:
    alias: At the door
    description: Do what a person does at a simulated lock, then ask the lock for its state.
    icon: mdi:door
    mode: queued
    sequence:
      - action: rest_command.at_the_door
        data:
          lock: "{{ lock }}"
          act: "{{ act }}"
          value: "{{ value | default(states('input_text.keypad')) }}"
      - action: ttlock.update_state
        target:
          entity_id: "{{ entity }}"
"""

ACTS = (
    ("enter_code", "Enter code", "mdi:dialpad"),
    ("turn_key", "Turn key", "mdi:key-variant"),
    ("open_door", "Open door", "mdi:door-open"),
    ("close_door", "Close door", "mdi:door-closed"),
)


def door_configuration(control_url: str) -> str:
    """Return what Home Assistant needs in its configuration to act at the door."""
    return CONFIGURATION.replace("<control_url>", control_url)


def door_cards(lock: str, entity_id: str) -> list[Json]:
    """Return the cards that act at a lock, the keypad first."""
    keypad = {"type": "entities", "entities": [{"entity": KEYPAD, "name": "Code at the keypad"}]}
    return [keypad, *(act_card(lock, entity_id, *act) for act in ACTS)]


def door_command(lock: str, control_url: str, act: str) -> str:
    """Return the command for a terminal that does the same."""
    return f"curl -X POST '{control_url}/door?lock={lock}&act={act}'"


def act_card(lock: str, entity_id: str, act: str, name: str, icon: str, value: str | None = None) -> Json:
    """Return a card that does one thing at a lock, with a value or with what stands on the keypad."""
    data = {"lock": lock, "act": act, "entity": entity_id}
    action = {
        "action": "perform-action",
        "perform_action": SCRIPT,
        "data": data if value is None else {**data, "value": value},
    }
    return {
        "type": "tile",
        "entity": SCRIPT,
        "name": name,
        "icon": icon,
        "hide_state": True,
        "tap_action": action,
        "icon_tap_action": action,
        "grid_options": {"columns": 6},
    }
