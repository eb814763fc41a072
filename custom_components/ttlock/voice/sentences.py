"""The sentences with which Assist is asked about locks, in the configuration folder of the user.

Nothing outside our own folder is written unless the user says so, and nothing that the user has changed is touched: a
file of ours says in its first line which text follows.
"""

from dataclasses import dataclass, field
import hashlib
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant

from ..const import DOMAIN

CONVERSATION: Final = "conversation"
FOLDER: Final = "custom_sentences"
MARK: Final = f"# {DOMAIN} "
OURS: Final = Path(__file__).parents[1] / "sentences"


@dataclass(slots=True)
class Outcome:
    """What has become of the files."""

    changed: bool = False
    kept: list[str] = field(default_factory=list)
    """Files of the user, which were left alone."""


async def async_install(hass: HomeAssistant) -> Outcome:
    """Put the sentences where Assist looks for them."""
    return await _async_apply(hass, wanted=True)


async def async_remove(hass: HomeAssistant) -> Outcome:
    """Take the sentences away."""
    return await _async_apply(hass, wanted=False)


async def async_are_installed(hass: HomeAssistant) -> bool:
    """Return whether sentences are there, ours or what the user has made of them."""
    folder = Path(hass.config.path(FOLDER))
    return await hass.async_add_executor_job(lambda: any(_target(folder, source).is_file() for source in _sources()))


async def _async_apply(hass: HomeAssistant, *, wanted: bool) -> Outcome:
    outcome = await hass.async_add_executor_job(_apply, Path(hass.config.path(FOLDER)), wanted)
    if outcome.changed and hass.services.has_service(CONVERSATION, "reload"):
        await hass.services.async_call(CONVERSATION, "reload", {}, blocking=True)
    return outcome


def _apply(folder: Path, wanted: bool) -> Outcome:
    outcome = Outcome()
    for source in _sources():
        target = _target(folder, source)
        text = _marked(source.read_text("utf-8"))
        there = target.read_text("utf-8") if target.is_file() else None
        if there is not None and not _is_ours(there):
            outcome.kept.append(str(target.relative_to(folder.parent)))
        elif wanted and there != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
            outcome.changed = True
        elif not wanted and there is not None:
            target.unlink()
            outcome.changed = True
    return outcome


def _sources() -> list[Path]:
    return sorted(OURS.glob("*/*.yaml"))


def _target(folder: Path, source: Path) -> Path:
    return folder / source.parent.name / source.name


def _marked(text: str) -> str:
    return f"{MARK}{hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def _is_ours(text: str) -> bool:
    """Return whether a file is as some version of ours has written it."""
    return text == _marked(text.partition("\n")[2])
