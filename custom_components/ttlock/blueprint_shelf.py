"""Our blueprints among those of the user: written by the user's wish, and never over the user's own changes.

What we wrote is told from what was changed since by its hash, which is kept (voice-and-automation.md 7, 17).
"""

from dataclasses import dataclass
from enum import StrEnum
import hashlib
from pathlib import Path
from typing import Any, Final

from homeassistant.components.blueprint.errors import BlueprintInUse
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.yaml import parse_yaml

from .const import DOMAIN, LOGGER

SOURCE: Final = Path(__file__).parent / "blueprints"
VERSION: Final = 1


class BlueprintState(StrEnum):
    """What stands among the user's blueprints."""

    ABSENT = "absent"
    CURRENT = "current"
    OLD = "old"
    """As an earlier release wrote it."""
    CHANGED = "changed"
    """By the user; or it was there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBlueprint:
    """One of ours, and what has become of it."""

    domain: str
    name: str
    text: str
    """As it is released."""
    found: str | None
    """Hash of the file of the user, None without any."""

    @property
    def path(self) -> str:
        """Return where it is among those of its domain."""
        return f"{DOMAIN}/{self.name}.yaml"


class BlueprintShelf:
    """Which of our blueprints the user has."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know nothing yet."""
        self._hass = hass
        self._store: Store[dict[str, dict[str, str]]] = Store(hass, VERSION, f"{DOMAIN}.blueprints")
        self._kept: dict[str, dict[str, str]] = {}
        self._loaded = False

    async def async_states(self) -> dict[str, BlueprintState]:
        """Return what has become of each blueprint whose component is there, by name."""
        await self._async_load()
        return {item.name: self._state(item) for item in await self._async_find()}

    async def async_put(self, wanted: set[str]) -> set[str]:
        """Write and bring up to date what is wanted, take the rest away; returns what could not be, being in use."""
        await self._async_load()
        in_use: set[str] = set()
        for item in await self._async_find():
            state = self._state(item)
            if item.name in wanted and state in (BlueprintState.ABSENT, BlueprintState.OLD):
                await self._async_write(item)
            elif item.name not in wanted and state in (BlueprintState.CURRENT, BlueprintState.OLD):
                try:
                    await self._shelves[item.domain].async_remove_blueprint(item.path)
                except BlueprintInUse:
                    in_use.add(item.name)
                else:
                    del self._kept[item.name]
        if self._kept:
            await self._store.async_save(self._kept)
        else:
            await self._store.async_remove()
        return in_use

    async def async_update(self) -> None:
        """Bring up to date what an earlier release wrote."""
        await self._async_load()
        if not self._kept:
            return
        old = [item for item in await self._async_find() if self._state(item) is BlueprintState.OLD]
        for item in old:
            LOGGER.info("The blueprint %s is brought up to date", item.path)
            await self._async_write(item)
        if old:
            await self._store.async_save(self._kept)

    async def _async_write(self, item: OwnBlueprint) -> None:
        shelf = self._shelves[item.domain]
        # Home Assistant brings its own examples only as long as there is no folder.
        await shelf.async_populate()
        content: Any = parse_yaml(item.text)
        blueprint = Blueprint(content, path=item.path, expected_domain=item.domain, schema=BLUEPRINT_SCHEMA)
        # Known before automations are loaded again, which overwriting does.
        self._kept[item.name] = {"source": _hash(item.text), "written": _hash(blueprint.yaml())}
        await shelf.async_add_blueprint(blueprint, item.path, allow_override=item.found is not None)

    async def _async_find(self) -> list[OwnBlueprint]:
        folders = {domain: shelf.blueprint_folder for domain, shelf in self._shelves.items()}
        return await self._hass.async_add_executor_job(_find, folders)

    async def _async_load(self) -> None:
        if not self._loaded:
            self._kept = await self._store.async_load() or {}
            self._loaded = True

    def _state(self, item: OwnBlueprint) -> BlueprintState:
        if item.found is None:
            return BlueprintState.ABSENT
        if (kept := self._kept.get(item.name)) is None or kept["written"] != item.found:
            return BlueprintState.CHANGED
        return BlueprintState.CURRENT if kept["source"] == _hash(item.text) else BlueprintState.OLD

    @property
    def _shelves(self) -> dict[str, DomainBlueprints]:
        """Return the blueprints of the components that are set up."""
        from homeassistant.components.automation import helpers as automations  # noqa: PLC0415  # only with them
        from homeassistant.components.script import helpers as scripts  # noqa: PLC0415

        shelves = {"automation": automations.async_get_blueprints, "script": scripts.async_get_blueprints}
        there = self._hass.config.components
        return {domain: find(self._hass) for domain, find in shelves.items() if domain in there}


BLUEPRINT_SHELF: HassKey[BlueprintShelf] = HassKey(f"{DOMAIN}_blueprints")


@singleton(BLUEPRINT_SHELF)
def async_blueprint_shelf(hass: HomeAssistant) -> BlueprintShelf:
    """Return the one that all accounts share."""
    return BlueprintShelf(hass)


def _find(folders: dict[str, Path]) -> list[OwnBlueprint]:
    found: list[OwnBlueprint] = []
    for domain, folder in folders.items():
        for path in sorted((SOURCE / domain).glob("*.yaml")):
            theirs = folder / DOMAIN / path.name
            found.append(
                OwnBlueprint(
                    domain=domain,
                    name=path.stem,
                    text=path.read_text(encoding="utf-8"),
                    found=_hash(theirs.read_text(encoding="utf-8")) if theirs.is_file() else None,
                )
            )
    return found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
