"""The texts themselves, in every language (home-assistant-conventions.md 2.13)."""

from collections.abc import Iterator, Mapping
import re
from string import Formatter
from typing import Any, Final

from homeassistant.generated.languages import LANGUAGES
import pytest

from .source import INTEGRATION, english, flat, read_json

ALLOWED_SECTIONS: Final = {
    "application_credentials",
    "common",
    "conditions",
    "config",
    "config_panel",
    "config_subentries",
    "conversation",
    "device",
    "device_automation",
    "entity",
    "entity_component",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
    "title",
    "triggers",
}
KEY: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
FAULTS: Final[Mapping[str, re.Pattern[str]]] = {
    "HTML": re.compile(r"</?[a-zA-Z][^<>]*>"),
    "an address, which belongs into a placeholder": re.compile(r"\b(?:https?|ftp)://|\bwww\."),
    "a blank at an end": re.compile(r"\A\s|\s\Z"),
    "a placeholder in quotes": re.compile(r"'\{\w*\}'"),
    "a reference, which only Home Assistant's own build resolves": re.compile(r"\[%key:"),
    "nothing in it": re.compile(r"\A\Z"),
}


def placeholders(text: str) -> set[str]:
    """Return the names that a text leaves to be filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def faults(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what hassfest would refuse."""
    for section in content.keys() - ALLOWED_SECTIONS:
        yield f"{section}: no section of that name"
    for path, text in flat(content):
        for key in path.split("."):
            if not KEY.fullmatch(key):
                yield f"{path}: the key {key} has other signs than a-z, 0-9, - and _"
        for fault, pattern in FAULTS.items():
            if pattern.search(text):
                yield f"{path}: {fault}"
        for name in placeholders(text):
            if not name.isidentifier():
                yield f"{path}: the placeholder {{{name}}} has no proper name"
    if "title" in content.get("config", {}):
        yield "config.title: the name stands in the manifest"
    yield from _undescribed(content, "")


def _undescribed(content: Mapping[str, Any], path: str) -> Iterator[str]:
    if "data" in content or "data_description" in content:
        for key in content.get("data", {}).keys() ^ content.get("data_description", {}).keys():
            yield f"{path}: the field {key} needs both a label and a description"
    for key, value in content.items():
        if isinstance(value, dict):
            yield from _undescribed(value, f"{path}.{key}")


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """Yield where another language says something else; Home Assistant says in English what it lacks."""
    texts, others = dict(flat(one)), dict(flat(other))
    for path in sorted(others.keys() - texts.keys()):
        yield f"{path}: not in the first"
    for path in sorted(texts.keys() & others.keys()):
        if placeholders(texts[path]) != placeholders(others[path]):
            yield f"{path}: other placeholders"


def test_english() -> None:
    assert list(faults(english())) == []


def test_languages_agree() -> None:
    languages = sorted((INTEGRATION / "translations").glob("*.json"))
    found = {
        path.name: wrong
        for path in languages
        if (wrong := [*faults(read_json(path)), *differences(english(), read_json(path))])
    }
    assert found == {}


def test_languages_are_ones_of_home_assistant() -> None:
    assert {path.stem for path in (INTEGRATION / "translations").glob("*.json")} <= LANGUAGES


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_the_language_of_the_vendor_is_complete(language: str) -> None:
    texts = read_json(INTEGRATION / "translations" / f"{language}.json")
    assert [path for path, _ in flat(english())] == [path for path, _ in flat(texts)]


def test_there_is_no_second_source_of_texts() -> None:
    assert not (INTEGRATION / "strings.json").exists(), "Home Assistant ignores it in a custom integration"
    assert not (INTEGRATION / ".translations").exists()


def test_faults_are_found() -> None:
    """These rules are ours to keep, so they are tried on texts that break them."""
    content = {
        "config": {
            "title": "TTLock",
            "step": {"user": {"data": {"a": "A", "b": "B"}, "data_description": {"a": "<b>A</b>", "c": " C"}}},
            "error": {"Bad-": "See https://example.com", "bad": "The lock '{name}' and {two words}"},
        },
        "panel": {"empty": "", "reference": "[%key:common::action::open%]"},
    }
    assert sorted(faults(content)) == [
        ".config.step.user: the field b needs both a label and a description",
        ".config.step.user: the field c needs both a label and a description",
        "config.error.Bad-: an address, which belongs into a placeholder",
        "config.error.Bad-: the key Bad- has other signs than a-z, 0-9, - and _",
        "config.error.bad: a placeholder in quotes",
        "config.error.bad: the placeholder {two words} has no proper name",
        "config.step.user.data_description.a: HTML",
        "config.step.user.data_description.c: a blank at an end",
        "config.title: the name stands in the manifest",
        "panel.empty: nothing in it",
        "panel.reference: a reference, which only Home Assistant's own build resolves",
        "panel: no section of that name",
    ]


def test_differences_are_found() -> None:
    one = {"a": "{x} and {y}", "b": {"c": "C"}}
    assert list(differences(one, {"a": "{y} und {x}", "b": {"c": "C"}})) == []
    assert list(differences(one, {"a": "{x}", "b": {"d": "D"}})) == [
        "b.d: not in the first",
        "a: other placeholders",
    ]
