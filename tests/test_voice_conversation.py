"""Conversations with an agent, in English and Chinese, as docs/voice.md shows them; script/conversation prints them."""

from collections.abc import Callable
from dataclasses import dataclass
import json
from pathlib import Path
import re
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import World

from .conversation import TRANSCRIPT
from .recipients import Recipient, add_recipient
from .test_record_options import choose
from .test_records import CODE
from .test_share_access import code_in
from .test_voice_tools import OPTIONS, as_admin, christmas_eve, door  # noqa: F401  # fixtures
from .voice_agent import Result, ScriptedAgent, add_agent

pytestmark = pytest.mark.locks("front_door")

PAGE: Final = Path(__file__).parents[1] / "docs" / "voice.md"
HIDDEN: Final = "••••••"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said in one language. What the agent says stands for what a language model would."""

    house: str
    """The language of Home Assistant."""
    lock: str
    guest: str
    who: str
    came: str
    wish: str
    question: str
    yes: str
    sent: str
    stranger: str
    refusal: str


LANGUAGES: Final = {
    "en": Words(
        house="en",
        lock="Front Door",
        guest="Li",
        who="Who came home?",
        came="{who} opened the front door at {time}, with a code.",
        wish="Make a code for Li from three till six.",
        question="A code for Li that opens the front door from {start} to {end}, sent to your phone. Shall I?",
        yes="Yes, do that.",
        sent="It is valid from {start} to {end}, and on your phone.",
        stranger="Make a code for me.",
        refusal="I cannot do that for you: only administrators may have codes made.",
    ),
    "zh-CN": Words(
        house="zh-Hans",
        lock="前门",
        guest="李先生",
        who="谁回家了？",
        came="{who}在 {time} 用密码打开了前门。",
        wish="给李先生一个三点到六点的密码。",
        question="为李先生生成一个 {start} 至 {end} 可打开前门的密码，并发送到您的手机，可以吗？",
        yes="可以。",
        sent="密码在 {start} 至 {end} 有效，已发送到您的手机。",
        stranger="给我一个密码。",
        refusal="我不能这样做：只有管理员可以生成密码。",
    ),
}


class Transcript:
    """What is said, called, answered and delivered."""

    def __init__(self, agent: ScriptedAgent, language: str, recipient: Recipient) -> None:
        self._agent = agent
        self._language = language
        self._recipient = recipient
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    async def turn(
        self, text: str, reply: Callable[[Result], str], context: Context | None, tool: str, **arguments: Any
    ) -> Result:
        """Let somebody say something, upon which the agent calls a tool and makes something of what it gets."""
        delivered = len(self._recipient.messages)
        self._agent.reply = lambda results: reply(results[0])
        call = (f"ttlock__{tool}", arguments)
        (result,) = await self._agent.say(call, context=context, text=text, language=self._language)
        token = result.get("needs_confirmation") or arguments.get("confirmation") or "?"
        if self._lines:
            self._lines.append("")
        self._say("user" if context else "speaker", text)
        self._say("call", f"{tool} {_plain(arguments)}".replace(token, "<token>"))
        for message in self._recipient.messages[delivered:]:
            self._say("phone", message.replace(code_of(message), HIDDEN))
        self._say("result", _plain(result).replace(token, "<token>"))
        self._say("agent", reply(result))
        return result

    def _say(self, who: str, what: str) -> None:
        self._lines.append(f"{who:8}{what}")


def code_of(message: str) -> str:
    """Return the digits that a message brings."""
    return code_in(re.split("Valid|有效期", message)[0])


def _plain(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)


def _time(moment: str) -> str:
    """Return the time of day, of a moment as tools spell it."""
    return moment[11:16]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_conversation_goes_as_the_page_shows_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    as_admin: Context,  # noqa: F811
    door: Callable[[str], bool],  # noqa: F811
    language: str,
    record_property: Callable[[str, object], None],
) -> None:
    words = LANGUAGES[language]
    await hass.config.async_update(language=words.house, time_zone="Europe/Rome")
    agent = await add_agent(hass)
    owner = await add_recipient(hass, Recipient("phone"))
    await choose(hass, loaded, "voice", {**OPTIONS, "voice_recipients": ["notify.phone"]})
    name = {"entity_id": "lock.front_door", "name": words.lock}
    await hass.services.async_call("ttlock", "rename_lock", name, blocking=True)
    async_expose_entity(hass, "conversation", "lock.front_door", True)
    await hass.async_block_till_done()
    world.lock("front_door").enter_code(CODE)
    said = Transcript(agent, language, owner)

    def who_came(result: Result) -> str:
        (event,) = result["events"]
        return words.came.format(who=event["who"], time=_time(event["at"]))

    def sent(result: Result) -> str:
        return words.sent.format(start=_time(result["valid_from"]), end=_time(result["valid_until"]))

    await said.turn(words.who, who_came, as_admin, "get_last_opened", lock=words.lock)
    stay = {"lock": words.lock, "guest": words.guest, "start": "2026-12-24 15:00", "end": "2026-12-24 18:00"}
    question = words.question.format(start="15:00", end="18:00")
    asked = await said.turn(words.wish, lambda result: question, as_admin, "create_guest_code", **stay)
    token = asked["needs_confirmation"]
    await said.turn(words.yes, sent, as_admin, "create_guest_code", **stay, confirmation=token)
    refused = await said.turn(words.stranger, lambda result: words.refusal, None, "make_one_time_code", lock=words.lock)
    record_property(TRANSCRIPT, said.text)
    assert refused == {"error": "not_allowed"}
    code = code_of(owner.message)
    freezer.move_to("2026-12-24 14:30:00+00:00")
    assert door(code)
    assert code not in said.text
    without_times = re.sub(r"\d{4}-\d\d-\d\d", "", said.text)
    assert not re.search(r"\d{4}", without_times)
    assert f"```text\n{said.text}\n```" in PAGE.read_text("utf-8")
