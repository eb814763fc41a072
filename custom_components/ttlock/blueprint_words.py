"""Our blueprints in other languages: Home Assistant translates none, so each file is in one language.

What a blueprint does is written once, in the English file; `blueprints/words/<language>.json` says what each English
text is there (voice-and-automation.md 18). One that is missing stays English.
"""

from collections.abc import Callable, Mapping
import json
from pathlib import Path
from typing import Any, Final

ENGLISH: Final = "en"
SAID: Final = frozenset({"alias", "description", "label", "name"})
"""Keys of texts."""
WRITTEN: Final = frozenset({"template", "text"})
"""Selectors of what the user may write otherwise; what they hold at first is a text, too."""
VARIABLES: Final = "variables"
WORDS: Final = "words"
"""The variable with what messages say for the words of states and attributes."""

type Words = Mapping[str, str]


def read_words(folder: Path) -> dict[str, Words]:
    """Return the texts by language."""
    files = sorted(folder.glob("*.json"))
    return {ENGLISH: {}} | {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def with_texts(content: Any, say: Callable[[str], str]) -> Any:
    """Return a blueprint, or a part of one, with each text as it is to be said."""
    match content:
        case list():
            return [with_texts(item, say) for item in content]
        case dict():
            return {key: _said(content, key, value, say) for key, value in content.items()}
        case _:
            return content


def _said(holder: dict[str, Any], key: str, value: Any, say: Callable[[str], str]) -> Any:
    if key == VARIABLES:
        words = {word: say(text) for word, text in value.get(WORDS, {}).items()}
        return value | ({WORDS: words} if words else {})
    is_written = key == "default" and bool(WRITTEN.intersection(holder.get("selector") or ()))
    return say(value) if isinstance(value, str) and (key in SAID or is_written) else with_texts(value, say)


def in_language(content: Any, words: Words) -> Any:
    """Return a blueprint in the language of these words."""
    return with_texts(content, lambda text: words.get(text, text))


def texts_of(content: Any) -> set[str]:
    """Return what a language has to have words for."""
    found: set[str] = set()

    def note(text: str) -> str:
        found.add(text)
        return text

    with_texts(content, note)
    return found
