"""Our sentences: installed by the user's wish, answered in the language of the question, and taken away again."""

from collections.abc import Generator
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, intent
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client.events import METHODS
from custom_components.ttlock.voice.sentences import OURS
from custom_components.ttlock.voice.speech import speech_of
from simulator import CloudServer, Fault, World

from .test_assistants import LOCK, answer_to, say
from .test_lock import command
from .test_record_options import choose
from .test_records import CARD, CODE

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

LANGUAGES: Final = ("en", "zh-CN", "zh-HK", "zh-TW")
NAMED: Final = {"voice_manage": False, "voice_names": True, "voice_recipients": []}


@pytest.fixture
def folder(hass: HomeAssistant, tmp_path: Path) -> Generator[Path]:
    """Give Home Assistant a configuration folder of its own."""
    before = hass.config.config_dir
    (tmp_path / "configuration.yaml").write_text("", "utf-8")
    hass.config.config_dir = str(tmp_path)
    yield tmp_path / "custom_sentences"
    hass.config.config_dir = before


@pytest.fixture
async def assist(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, folder: Path, loaded: MockConfigEntry, world: World
) -> None:
    """Set up Assist, to which the front door is exposed."""
    await hass.config.async_set_time_zone("Europe/Rome")
    for component in ("homeassistant", "conversation"):
        assert await async_setup_component(hass, component, {})
    async_expose_entity(hass, "conversation", LOCK, True)
    await choose(hass, loaded, "sentences", {"sentences": True})


def clock() -> str:
    """Return the time of day at the lock."""
    return dt_util.utcnow().astimezone(ZoneInfo("Europe/Rome")).strftime("%H:%M")


def files(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.rglob("*.yaml")}


async def test_who_opened_is_answered_with_a_name_only_if_wanted(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, assist: None, loaded: MockConfigEntry, world: World
) -> None:
    lock = world.lock("front_door")
    lock.enter_code(CODE)
    at = clock()
    for question in ("Who opened the front door?", "when was the front door opened", "who last unlocked front door"):
        kind, answer = await say(hass, question)
        assert kind == "query_answer"
        assert answer == f"Front Door was last opened by someone with a passcode, today at {at}."
    await choose(hass, loaded, "voice", NAMED)
    opened = "Front Door was last opened by Family with a passcode"
    assert (await say(hass, "who opened the front door"))[1] == f"{opened}, today at {at}."
    freezer.tick(86400)
    assert (await say(hass, "who opened the front door"))[1] == f"{opened}, yesterday at {at}."
    er.async_get(hass).async_update_entity(LOCK, name="前门")
    await hass.async_block_till_done()
    lock.swipe_card(CARD)
    at = clock()
    for question in ("谁开了前门", "前门最后是谁打开的", "是谁打开了前门", "前门是什么时候开的"):
        kind, answer = await say(hass, question, "zh-CN")
        assert kind == "query_answer"
        assert answer == f"前门最后一次是Blue card今天{at}刷卡打开的。"
    er.async_get(hass).async_update_entity(LOCK, name="前門")
    await hass.async_block_till_done()
    assert (await say(hass, "誰打開了前門", "zh-TW"))[1].endswith("刷卡打開的。")
    await choose(hass, loaded, "voice", {**NAMED, "voice_names": False})
    assert (await say(hass, "誰打開了前門", "zh-HK"))[1] == f"前門最後一次是有人今天{at}刷卡打開的。"
    er.async_get(hass).async_update_entity(LOCK, name="前门")
    await hass.async_block_till_done()
    assert (await say(hass, "谁开了前门", "zh-CN"))[1] == f"前门最后一次是有人今天{at}刷卡打开的。"


async def test_who_has_access_is_answered(hass: HomeAssistant, assist: None, loaded: MockConfigEntry) -> None:
    assert (await say(hass, "who has access to the front door"))[1] == "Keys that open Front Door now: 5."
    await choose(hass, loaded, "voice", NAMED)
    for question in ("who has access to the front door", "who may open the front door"):
        answer = (await say(hass, question))[1]
        assert answer.endswith(" may open Front Door.")
        assert "Cleaner" in answer
        assert CODE not in answer
    er.async_get(hass).async_update_entity(LOCK, name="前门")
    await hass.async_block_till_done()
    for question in ("谁有前门的钥匙", "谁能打开前门"):
        assert (await say(hass, question, "zh-CN"))[1].endswith("可以打开前门。")


async def test_whether_everything_is_locked_is_answered_for_all_exposed_locks(
    hass: HomeAssistant, assist: None
) -> None:
    assert (await say(hass, "is everything locked"))[1] == "Everything is locked."
    await command(hass, "unlock", LOCK)
    for other, state in (("lock.shed", "unlocked"), ("lock.attic", "unavailable")):
        hass.states.async_set(other, state)
        async_expose_entity(hass, "conversation", other, True)
    assert (await say(hass, "is everything locked up"))[1] == "Not locked: Front Door and shed. Not known: attic."
    assert (await say(hass, "都锁好了吗", "zh-CN"))[1] == "没有锁好：Front Door和shed。情况不明：attic。"
    for name in (LOCK, "lock.shed", "lock.attic"):
        async_expose_entity(hass, "conversation", name, False)
    assert (await say(hass, "is everything locked"))[1] == "No lock is exposed to Assist."


async def test_a_lock_that_is_not_exposed_is_not_talked_about(
    hass: HomeAssistant, assist: None, loaded: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    await choose(hass, loaded, "voice", NAMED)
    world.lock("front_door").enter_code(CODE)
    async_expose_entity(hass, "conversation", LOCK, False)
    cloud.reset_calls()
    assert await say(hass, "who opened the front door") == ("error", "Sorry, Front Door is not exposed")
    er.async_get(hass).async_update_entity(LOCK, name="前门")
    await hass.async_block_till_done()
    for question in ("谁开了前门", "谁有前门的钥匙"):
        kind, answer = await say(hass, question, "zh-CN")
        assert kind == "error"
        assert "Family" not in answer
    assert not cloud.calls


async def test_what_cannot_be_found_out_is_said(hass: HomeAssistant, assist: None, world: World) -> None:
    world.faults.add(Fault(kind="http_500"))
    for question in ("who opened the front door", "who may open the front door"):
        kind, answer = await say(hass, question)
        assert (kind, answer) == ("query_answer", "I cannot find that out for Front Door at the moment.")


async def test_sentences_are_taken_away(
    hass: HomeAssistant, assist: None, folder: Path, loaded: MockConfigEntry
) -> None:
    assert files(folder) == set(LANGUAGES)
    question = "谁开了Front Door"
    assert (await say(hass, question, "zh-CN"))[0] == "query_answer"
    await choose(hass, loaded, "sentences", {"sentences": False})
    assert files(folder) == set()
    answer = await answer_to(hass, question, "zh-CN")
    assert answer.error_code is intent.IntentResponseErrorCode.NO_INTENT_MATCH


async def test_sentences_go_with_the_last_account(
    hass: HomeAssistant, assist: None, folder: Path, loaded: MockConfigEntry
) -> None:
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done()
    assert files(folder) == set()


async def test_what_the_user_has_changed_is_left_alone_and_what_is_old_is_replaced(
    hass: HomeAssistant, assist: None, folder: Path, loaded: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, ours = folder / "en" / "ttlock.yaml", folder / "zh-CN" / "ttlock.yaml"
    changed, newest = own.read_text("utf-8").replace("who (can", "whoever (can"), ours.read_text("utf-8")
    own.write_text(changed, "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr("custom_components.ttlock.voice.sentences.OURS", earlier(folder.parent / "earlier"))
        await choose(hass, loaded, "sentences", {"sentences": True}, {})
    assert ours.read_text("utf-8") != newest
    flow = await hass.config_entries.options.async_init(loaded.entry_id)
    await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "sentences"})
    form = await hass.config_entries.options.async_configure(flow["flow_id"], {"sentences": True})
    assert form["step_id"] == "sentences_kept"
    assert form["description_placeholders"] == {"files": "custom_sentences/en/ttlock.yaml"}
    await hass.config_entries.options.async_configure(flow["flow_id"], {})
    assert ours.read_text("utf-8") == newest
    await choose(hass, loaded, "sentences", {"sentences": False}, {})
    assert files(folder) == {"en"}
    assert own.read_text("utf-8") == changed


def earlier(folder: Path) -> Path:
    """Return the folder of an earlier release."""
    for language in LANGUAGES:
        path = folder / language / "ttlock.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(f"language: {language}\nintents: {{}}\n", "utf-8")
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_asks_and_answers_everything(language: str) -> None:
    content: dict[str, Any] = load_yaml_dict(str(OURS / language / "ttlock.yaml"))
    assert content["language"] == language
    assert set(content["intents"]) == {"TTLockWhoOpened", "TTLockListAccess", "TTLockAllLocked"}
    assert speech_of(language).methods.keys() == set(METHODS)
    assert speech_of("fr") is speech_of("en") is not speech_of("zh") is speech_of("zh-Hans")
