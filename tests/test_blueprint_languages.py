"""The blueprints in other languages: whole, the same in what they do, and told in one language only."""

from pathlib import Path
import re
from typing import Any, Final
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.helpers import async_get_blueprints as automation_blueprints
from homeassistant.components.lock.const import LockState
from homeassistant.components.script.helpers import async_get_blueprints as script_blueprints
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import extract_inputs, parse_yaml
from jinja2 import Environment
from jinja2.meta import find_undeclared_variables
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock import blueprint_shelf
from custom_components.ttlock.blueprint_flow import BLUEPRINTS
from custom_components.ttlock.blueprint_shelf import SOURCE, BlueprintShelf
from custom_components.ttlock.blueprint_words import ENGLISH, in_language, read_words, texts_of, with_texts
from custom_components.ttlock.client.events import ALARMS, FAILURES, METHODS, OTHER_REASON
from simulator import Fault, World

from .recipients import Recipient
from .test_actions import act
from .test_blueprint_install import (  # noqa: F401  # fixtures among them
    ALARM,
    LOCKDOWN,
    blueprints,
    change,
    choose,
    chosen,
    files,
    ready,
    released,
    times,
    use,
)
from .test_blueprints import SAMPLES, heard, phone, taken, turn  # noqa: F401  # a fixture among them
from .test_lock import command, state_of
from .test_records import front_door  # noqa: F401  # a fixture

pytestmark = pytest.mark.locks("front_door")

LANGUAGES: Final = read_words(SOURCE / "words")
OTHERS: Final = sorted(set(LANGUAGES) - {ENGLISH})
CONTENTS: Final[dict[str, Any]] = {path.stem: parse_yaml(path.read_text("utf-8")) for path in SOURCE.glob("*/*.yaml")}
TEXTS: Final = {text for content in CONTENTS.values() for text in texts_of(content)}
LATIN: Final = re.compile(r"[A-Za-z]+")
NAMES: Final = {"Home", "Assistant", "IC", "QR", "TTLock", "Wi", "Fi"}
"""What stays as it is in any writing."""


def variables(text: str) -> set[str]:
    """Return what a message may be filled with."""
    jinja = Environment()
    jinja.filters.update(dict.fromkeys(("as_timestamp", "timestamp_custom"), str))
    return find_undeclared_variables(jinja.parse(text)) | set(re.findall(r"(?<!\{)\{\w+\}", text))


def words(name: str) -> dict[str, str]:
    """Return what a blueprint says for the words of Home Assistant."""
    found: dict[str, str] = CONTENTS[name]["variables"]["words"]
    return found


# -- Words ---------------------------------------------------------------------------------------------------------


def test_english_and_chinese_are_among_the_languages() -> None:
    assert set(LANGUAGES) >= {"en", "zh-Hans"}


@pytest.mark.parametrize("language", OTHERS)
def test_each_text_is_there_in_a_language_and_no_other(language: str) -> None:
    found = LANGUAGES[language]
    assert sorted(found) == sorted(TEXTS)
    assert [text for text, said in found.items() if not said.strip()] == []
    assert [text for text, said in found.items() if variables(said) != variables(text)] == []


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_a_message_in_chinese_has_no_latin_letters(language: str) -> None:
    for text, said in LANGUAGES[language].items():
        if text.startswith("Variable") or "notify.mobile_app_phone" in text:
            continue
        shown = re.sub(r"\{\{.*?\}\}|\{\w+\}", lambda code: " ".join(re.findall("'([^'%]*)'", code[0])), said)
        assert set(LATIN.findall(shown)) <= NAMES | {"unlock", "outside", "the", "door", "who"}, said


def prose(content: Any) -> list[str]:
    """Return what people may have to read: what has a space or a capital, templates apart."""
    if isinstance(content, dict | list):
        return [text for value in (content.values() if isinstance(content, dict) else content) for text in prose(value)]
    if not isinstance(content, str):
        return []
    shown = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", content, flags=re.DOTALL)
    return [shown] if re.search(r"\w \w|^[A-Z][a-z]", shown) else []


def test_whatever_people_read_can_be_said_in_another_language() -> None:
    assert prose(CONTENTS["alarm"])
    assert [prose(with_texts(content, lambda text: "")) for content in CONTENTS.values()] == [[]] * len(CONTENTS)


def test_there_are_words_for_all_that_messages_tell() -> None:
    assert set(words("family_home")) == {*METHODS}
    assert set(words("alarm")) == {*ALARMS}
    assert set(words("command_failed")) == {"lock", "unlock", *FAILURES, OTHER_REASON}
    bolt = {*LockState, STATE_UNAVAILABLE, STATE_UNKNOWN} - {LockState.LOCKED}
    assert set(words("closed_not_locked")) == set(words("lock_at_night")) == bolt
    labels = CONTENTS["alarm"]["blueprint"]["input"]["kinds"]["selector"]["select"]["options"]
    assert {option["value"]: option["label"] for option in labels} == words("alarm")


async def load(hass: HomeAssistant, config: dict[str, Any]) -> None:
    """Have these automations and scripts, and no others."""
    with patch("homeassistant.config.load_yaml_config_file", return_value=config):
        for domain in ("automation", "script"):
            await hass.services.async_call(domain, "reload", blocking=True)
        await hass.async_block_till_done()


# -- Files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
async def test_in_a_language_all_are_sound_and_the_same_in_what_they_do(
    hass: HomeAssistant,
    blueprints: Path,  # noqa: F811
    language: str,
) -> None:
    for domain in ("automation", "script"):
        assert await async_setup_component(hass, domain, {})
    await BlueprintShelf(hass).async_put({*BLUEPRINTS}, language)
    config: dict[str, Any] = {"automation": [], "script": {}}
    for domain, shelf in (("automation", automation_blueprints(hass)), ("script", script_blueprints(hass))):
        await shelf.async_reset_cache()
        for path in sorted((SOURCE / domain).glob("*.yaml")):
            name = path.stem
            blueprint = await shelf.async_get_blueprint(f"ttlock/{path.name}")
            assert blueprint.validate() is None
            assert blueprint.name == LANGUAGES[language][CONTENTS[name]["blueprint"]["name"]]
            assert set(blueprint.inputs) == extract_inputs(blueprint.data)
            english = with_texts(CONTENTS[name], lambda text: "")
            assert with_texts(in_language(CONTENTS[name], LANGUAGES[language]), lambda text: "") == english
            needed = [key for key, text in blueprint.inputs.items() if "default" not in text]
            inputs = {key: SAMPLES.get(key, "notify.mobile_app_phone") for key in needed}
            made = {"use_blueprint": {"path": f"ttlock/{path.name}", "input": inputs}}
            if domain == "script":
                config[domain][name] = made
            else:
                config[domain].append({"id": name, "alias": name, **made})
    await load(hass, config)
    states = {state.entity_id: state.state for state in hass.states.async_all(("automation", "script"))}
    assert states == {f"automation.{item['id']}": "on" for item in config["automation"]} | {
        f"script.{name}": "off" for name in config["script"]
    }
    await load(hass, {})


# -- Choosing ------------------------------------------------------------------------------------------------------


async def proposed(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the language that the options propose."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    form = await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "blueprints"})
    hass.config_entries.options.async_abort(flow["flow_id"])
    assert form["data_schema"] is not None
    found: str = form["data_schema"]({})["language"]
    return found


@pytest.mark.parametrize(
    ("house", "language"),
    [("zh-Hans", "zh-Hans"), ("zh-Hant", "zh-Hant"), ("es-419", "es"), ("en-GB", "en"), ("xx", "en")],
)
async def test_the_language_of_the_house_is_proposed(
    hass: HomeAssistant,
    blueprints: Path,  # noqa: F811
    house: str,
    language: str,
) -> None:
    assert await async_setup_component(hass, "automation", {})
    hass.config.language = house
    languages, found = await BlueprintShelf(hass).async_languages()
    assert found == language
    assert sorted(languages) == sorted(LANGUAGES)


async def test_another_language_is_put_in_the_place_of_our_copies_and_never_of_the_users(
    hass: HomeAssistant,
    blueprints: Path,  # noqa: F811
    ready: MockConfigEntry,  # noqa: F811
) -> None:
    hass.config.language = "zh-Hans"
    assert await proposed(hass, ready) == "zh-Hans"
    await choose(hass, ready, "alarm", "family_home", "lockdown", language="de")
    assert await proposed(hass, ready) == "de", "what was chosen last"
    assert "name: Alarm eines Schlosses" in (blueprints / ALARM).read_text("utf-8")
    await use(hass, "alarm")
    change(blueprints / LOCKDOWN, "seconds: 90", "seconds: 30")
    theirs = (blueprints / LOCKDOWN).read_text("utf-8")

    with patch("homeassistant.config.load_yaml_config_file", return_value={}) as reloaded:
        await choose(hass, ready, "alarm", "family_home", "lockdown", language="zh-Hans")
    assert reloaded.called, "automations speak another language at once"
    assert "name: 门锁警报" in (blueprints / ALARM).read_text("utf-8")
    assert (blueprints / LOCKDOWN).read_text("utf-8") == theirs
    assert await chosen(hass, ready) == ["alarm", "family_home", "lockdown"]
    written = times(blueprints)
    await choose(hass, ready, "alarm", "family_home", "lockdown", language="zh-Hans")
    assert times(blueprints) == written, "nothing to do"

    await use(hass, "alarm")
    result = await choose(hass, ready, language="en")
    assert result["errors"] == {"blueprints": "blueprint_in_use"}
    assert {file for file in files(blueprints) if "/ttlock/" in file} == {ALARM, LOCKDOWN}
    assert "name: 门锁警报" in (blueprints / ALARM).read_text("utf-8"), "nobody wanted it in English"


async def test_a_new_release_keeps_the_language_also_when_only_words_have_changed(
    hass: HomeAssistant,
    blueprints: Path,  # noqa: F811
    released: Path,  # noqa: F811
    ready: MockConfigEntry,  # noqa: F811
) -> None:
    words_file = released / "words" / "de.json"
    words_file.parent.mkdir()
    words_file.write_text((SOURCE / "words" / "de.json").read_text("utf-8"), "utf-8")
    await choose(hass, ready, "alarm", language="de")
    change(words_file, "Alarm eines Schlosses", "Schlossalarm")
    await blueprint_shelf.async_blueprint_shelf(hass).async_update()
    assert "name: Schlossalarm" in (blueprints / ALARM).read_text("utf-8")
    change(released / "automation" / "alarm.yaml", "max: 20", "max: 30")
    await blueprint_shelf.async_blueprint_shelf(hass).async_update()
    text = (blueprints / ALARM).read_text("utf-8")
    assert "name: Schlossalarm" in text
    assert "max: 30" in text


# -- At the door ---------------------------------------------------------------------------------------------------


async def test_in_chinese_no_message_has_an_english_word(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    blueprints: Path,  # noqa: F811
    front_door: str,  # noqa: F811
    ready: MockConfigEntry,  # noqa: F811
    world: World,
    phone: Recipient,  # noqa: F811
) -> None:
    hass.config.language = "zh-Hans"
    names = ("family_home", "alarm", "command_failed")
    await choose(hass, ready, *names)
    devices = dr.async_get(hass)
    found = dr.async_entries_for_config_entry(devices, ready.entry_id)
    (device,) = [device for device in found if device.name == "Front Door"]
    devices.async_update_device(device.id, name_by_user="前门")
    await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": "小明", "passcode": "592846"})
    access = {"entity_id": "event.front_door_access_log"}
    inputs = {"access": access, "alarm": {"entity_id": "event.front_door_alarm"}}
    tell = {"notify": {"entity_id": "notify.phone"}}
    config = [
        {
            "id": name,
            "alias": name,
            "use_blueprint": {
                "path": f"ttlock/{name}.yaml",
                "input": tell | {key: inputs[key] for key in inputs if (key == "alarm") is (name == "alarm")},
            },
        }
        for name in names
    ]
    await load(hass, {"automation": config})

    world.lock("front_door").enter_code("592846")
    world.lock("front_door").tamper()
    await heard(hass, freezer, ready)
    at = state_of(hass, "event.front_door_alarm").attributes["at"]
    world.faults.add(Fault(kind="errcode", path="/v3/lock/lock", errcode=-3003))
    with pytest.raises(HomeAssistantError):
        await command(hass, "lock", front_door)
    await turn(hass, lambda: len(phone.messages) == 3)
    home, alarm, failed = taken(phone)
    assert home == "小明回家了（前门，用密码）"
    assert alarm.startswith("前门：防撬警报（20")
    assert failed == "前门上锁失败：网关忙"
    assert at and not LATIN.search(home + alarm + failed)
