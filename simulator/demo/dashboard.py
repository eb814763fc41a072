"""The dashboard of the demo, as Home Assistant stores it."""

from collections.abc import Sequence
from dataclasses import dataclass

from .api import Json

FULL_WIDTH = "full"
HALF_WIDTH = 6
ICONS = {
    "front_door": "mdi:door",
    "back_door": "mdi:door-sliding",
    "garden_gate": "mdi:gate",
    "office": "mdi:desk",
    "padlock": "mdi:lock",
    "safe": "mdi:safe-square-outline",
    "holiday_flat": "mdi:palm-tree",
    "cellar": "mdi:stairs-down",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LockCards:
    """Entities of one lock; None where the lock has no such thing."""

    key: str
    name: str
    lock: str
    battery: str | None
    door: str | None
    passage_mode: str | None
    auto_lock: str | None
    auto_lock_delay: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayCards:
    """Entities of one gateway."""

    key: str
    connectivity: str


def dashboard(locks: Sequence[LockCards], gateways: Sequence[GatewayCards], *, control_url: str) -> Json:
    """Return the whole dashboard: a section for each lock, one for the gateways, one for the door."""
    sections = [lock_section(lock) for lock in locks]
    sections.append(house_section(locks, gateways, control_url=control_url))
    return {
        "title": "Locks",
        "views": [
            {
                "title": "Locks",
                "path": "locks",
                "type": "sections",
                "max_columns": 4,
                "dense_section_placement": True,
                "sections": sections,
            }
        ],
    }


def lock_section(lock: LockCards) -> Json:
    """Return the section of one lock: the bolt first, then what belongs to it."""
    cards = [_lock_heading(lock), _lock_tile(lock.lock)]
    if lock.door:
        cards.append(_tile(lock.door, "Door"))
    if lock.auto_lock_delay:
        cards.append(_tile(lock.auto_lock_delay, "Auto-lock delay"))
    if lock.auto_lock:
        cards.append(_switch(lock.auto_lock, "Auto-lock", "mdi:lock-clock"))
    if lock.passage_mode:
        cards.append(_switch(lock.passage_mode, "Passage mode", "mdi:walk"))
    return {"type": "grid", "cards": cards}


def house_section(locks: Sequence[LockCards], gateways: Sequence[GatewayCards], *, control_url: str) -> Json:
    """Return the section of the gateways, with a note on how to act at the door."""
    cards: list[Json] = [_heading("Gateways", "mdi:router-wireless")]
    cards.extend(
        {"type": "tile", "entity": gateway.connectivity, "grid_options": {"columns": HALF_WIDTH}}
        for gateway in gateways
    )
    if locks:
        cards.append(_heading("At the door", "mdi:hand-pointing-right"))
        cards.append({"type": "markdown", "content": door_note(locks[0].key, control_url)})
    return {"type": "grid", "cards": cards}


def door_note(lock: str, control_url: str) -> str:
    """Return how a person stands at a simulated door, for the dashboard."""
    return (
        "The locks are simulated. What a person does at the door is one command in a terminal:\n\n"
        f"```sh\n{door_command(lock, control_url, 'turn_key')}\n```\n\n"
        "Then run the action **TTLock: Update state** or wait for the next poll. "
    )


def door_command(lock: str, control_url: str, act: str) -> str:
    """Return the command that acts at a simulated door."""
    return f"curl -X POST '{control_url}/door?lock={lock}&act={act}'"


def _lock_heading(lock: LockCards) -> Json:
    heading = _heading(lock.name, ICONS.get(lock.key, "mdi:lock"))
    if lock.battery:
        heading["badges"] = [{"type": "entity", "entity": lock.battery, "show_state": True, "color": "state"}]
    return heading


def _heading(text: str, icon: str) -> Json:
    return {"type": "heading", "heading": text, "heading_style": "title", "icon": icon}


def _lock_tile(entity_id: str) -> Json:
    return {
        "type": "tile",
        "entity": entity_id,
        "name": "Lock",
        "features_position": "bottom",
        "features": [{"type": "lock-commands"}],
        "grid_options": {"columns": FULL_WIDTH},
    }


def _tile(entity_id: str, name: str) -> Json:
    return {"type": "tile", "entity": entity_id, "name": name, "grid_options": {"columns": HALF_WIDTH}}


def _switch(entity_id: str, name: str, icon: str) -> Json:
    return _tile(entity_id, name) | {"icon": icon, "tap_action": {"action": "toggle"}}
