"""Our blueprints among those of the user: written by the user's wish, and never over the user's own changes.

What we wrote is told from what was changed since by its hash, which is kept with the language in which it was written
(voice-and-automation.md 7, 17, 18).
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
import hashlib
import json
from pathlib import Path
from typing import Any, Final, NotRequired, TypedDict

from homeassistant.components.blueprint.errors import BlueprintInUse
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.language import matches
from homeassistant.util.yaml import parse_yaml

from .blueprint_words import ENGLISH, Words, in_language, read_words
from .const import DOMAIN, LOGGER

SOURCE: Final = Path(__file__).parent / "blueprints"
VERSION: Final = 1


class Kept(TypedDict):
    """What we wrote."""

    source: str
    """Hash of what it was made of."""
    written: str
    """Hash of the file."""
    language: NotRequired[str]
    """Early releases knew only one."""


class BlueprintState(StrEnum):
    """What stands among the user's blueprints."""

    ABSENT = "absent"
    CURRENT = "current"
    OLD = "old"
    """As an earlier release wrote it."""
    CHANGED = "changed"
    """By the user; or it was there before."""


@dataclass(frozen=True, slots=True)
class Release:
    """Our blueprints, and the languages in which they can be written."""

    blueprints: tuple[OwnBlueprint, ...]
    languages: Mapping[str, Words]

    def source(self, item: OwnBlueprint, language: str) -> str:
        """Return the hash of what a blueprint is made of."""
        return _hash(item.text + json.dumps(words)) if (words := self.languages.get(language)) else _hash(item.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBlueprint:
    """One of ours, and what has become of it."""

    domain: str
    name: str
    text: str
    """As it is released, in English."""
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
        self._store: Store[dict[str, Kept]] = Store(hass, VERSION, f"{DOMAIN}.blueprints")
        self._kept: dict[str, Kept] = {}
        self._loaded = False

    async def async_states(self) -> dict[str, BlueprintState]:
        """Return what has become of each blueprint whose component is there, by name."""
        release = await self._async_find()
        return {item.name: self._state(item, release) for item in release.blueprints}

    async def async_languages(self) -> tuple[list[str], str]:
        """Return the languages that there are, and the one chosen last; that of the house before any was."""
        release = await self._async_find()
        languages = list(release.languages)
        chosen = [kept["language"] for kept in self._kept.values() if kept.get("language") in languages]
        house = matches(self._hass.config.language, languages, self._hass.config.country)
        return languages, [ENGLISH, *reversed(house), *chosen][-1]

    async def async_put(self, wanted: Container[str], language: str = ENGLISH) -> set[str]:
        """Write and bring up to date what is wanted, take the rest away; returns what could not be, being in use."""
        release = await self._async_find()
        in_use: set[str] = set()
        for item in release.blueprints:
            state = self._state(item, release)
            if state is BlueprintState.CHANGED:
                continue
            if item.name in wanted:
                if state is not BlueprintState.CURRENT or self._language_of(item) != language:
                    await self._async_write(item, release, language)
            elif state is not BlueprintState.ABSENT:
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
        release = await self._async_find()
        old = [item for item in release.blueprints if self._state(item, release) is BlueprintState.OLD]
        for item in old:
            LOGGER.info("The blueprint %s is brought up to date", item.path)
            await self._async_write(item, release, self._language_of(item))
        if old:
            await self._store.async_save(self._kept)

    async def _async_write(self, item: OwnBlueprint, release: Release, language: str) -> None:
        shelf = self._shelves[item.domain]
        # Home Assistant brings its own examples only as long as there is no folder.
        await shelf.async_populate()
        content: Any = in_language(parse_yaml(item.text), release.languages.get(language, {}))
        blueprint = Blueprint(content, path=item.path, expected_domain=item.domain, schema=BLUEPRINT_SCHEMA)
        # Known before automations are loaded again, which overwriting does.
        written = _hash(blueprint.yaml())
        self._kept[item.name] = Kept(source=release.source(item, language), written=written, language=language)
        if written != item.found:
            await shelf.async_add_blueprint(blueprint, item.path, allow_override=item.found is not None)

    async def _async_find(self) -> Release:
        await self._async_load()
        folders = {domain: shelf.blueprint_folder for domain, shelf in self._shelves.items()}
        return await self._hass.async_add_executor_job(_find, folders)

    async def _async_load(self) -> None:
        if not self._loaded:
            self._kept = await self._store.async_load() or {}
            self._loaded = True

    def _language_of(self, item: OwnBlueprint) -> str:
        return self._kept[item.name].get("language", ENGLISH)

    def _state(self, item: OwnBlueprint, release: Release) -> BlueprintState:
        if item.found is None:
            return BlueprintState.ABSENT
        if (kept := self._kept.get(item.name)) is None or kept["written"] != item.found:
            return BlueprintState.CHANGED
        is_current = kept["source"] == release.source(item, self._language_of(item))
        return BlueprintState.CURRENT if is_current else BlueprintState.OLD

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


def _find(folders: dict[str, Path]) -> Release:
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
    return Release(tuple(found), read_words(SOURCE / "words"))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
