"""The dashboard of the demo, as Home Assistant stores it."""

from collections.abc import Sequence
from dataclasses import dataclass

from .api import Json
from .door import door_cards

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
    connection: str | None
    door: str | None
    passage_mode: str | None
    auto_lock: str | None
    auto_lock_delay: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayCards:
    """Entities of one gateway."""

    name: str
    connectivity: str


def dashboard(locks: Sequence[LockCards], gateways: Sequence[GatewayCards]) -> Json:
    """Return the dashboard: a section for each lock, one for the gateways, one for the door."""
    sections = [lock_section(lock) for lock in locks]
    if gateways:
        sections.append(gateway_section(gateways))
    if locks:
        sections.insert(1, door_section(locks[0]))
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
    if lock.auto_lock:
        cards.append(_switch(lock.auto_lock, "Auto-lock", "mdi:lock-clock"))
    if lock.auto_lock_delay:
        cards.append(tile(lock.auto_lock_delay, "Auto-lock delay"))
    if lock.passage_mode:
        cards.append(_switch(lock.passage_mode, "Passage mode", "mdi:walk"))
    if lock.door:
        cards.append(tile(lock.door, "Door"))
    elif lock.passage_mode:
        cards[-1]["grid_options"] = {"columns": FULL_WIDTH}
    return {"type": "grid", "cards": cards}


def gateway_section(gateways: Sequence[GatewayCards]) -> Json:
    """Return the section of the gateways."""
    cards: list[Json] = [heading("Gateways", "mdi:router-wireless")]
    cards.extend(
        {"type": "tile", "entity": gateway.connectivity, "name": gateway.name, "grid_options": {"columns": FULL_WIDTH}}
        for gateway in gateways
    )
    return {"type": "grid", "cards": cards}


def door_section(lock: LockCards) -> Json:
    """Return the section that acts at a simulated door."""
    note = {"type": "markdown", "content": "The house is simulated: be the person who stands there."}
    title = heading(f"At the door: {lock.name}", "mdi:account")
    return {"type": "grid", "cards": [title, note, *door_cards(lock.key, lock.lock)]}


def _lock_heading(lock: LockCards) -> Json:
    title = heading(lock.name, ICONS.get(lock.key, "mdi:lock"))
    badges = [entity_id for entity_id in (lock.connection, lock.battery) if entity_id]
    title["badges"] = [{"type": "entity", "entity": entity_id, "color": "state"} for entity_id in badges]
    return title


def heading(text: str, icon: str) -> Json:
    """Return the heading of a section."""
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


def tile(entity_id: str, name: str) -> Json:
    """Return a card of half the width of a section."""
    return {"type": "tile", "entity": entity_id, "name": name, "grid_options": {"columns": HALF_WIDTH}}


def _switch(entity_id: str, name: str, icon: str) -> Json:
    return tile(entity_id, name) | {"icon": icon, "tap_action": {"action": "toggle"}}
