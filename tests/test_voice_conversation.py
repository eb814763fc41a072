"""A conversation with an agent, in English and Chinese, as docs/voice.md shows it: this prints it."""

import json
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import World

from .recipients import Recipient, add_recipient
from .test_record_options import choose
from .test_records import CODE
from .test_share_access import code_in
from .test_voice_tools import OPTIONS, as_admin, christmas_eve  # noqa: F401  # fixtures
from .voice_agent import ScriptedAgent, add_agent

pytestmark = pytest.mark.locks("front_door")

PAGE: Final = Path(__file__).parents[1] / "docs" / "voice.md"
LANGUAGES: Final = {
    "en": ("Front Door", "Who opened the front door?", "Make a code for Li from three till six.", "Yes."),
    "zh-CN": ("前门", "谁开了前门?", "给李先生一个三点到六点的密码。", "好的。"),
}
GUESTS: Final = {"en": "Li", "zh-CN": "李先生"}


class Transcript:
    """What is said, called and answered."""

    def __init__(self, agent: ScriptedAgent, language: str, context: Context) -> None:
        self._agent = agent
        self._language = language
        self._context = context
        self.lines: list[str] = []

    async def turn(self, text: str, tool: str, **arguments: Any) -> dict[str, Any]:
        (result,) = await self._agent.say(
            (f"ttlock__{tool}", arguments), context=self._context, text=text, language=self._language
        )
        token = result.get("needs_confirmation") or arguments.get("confirmation") or "?"
        self.lines += [f"user  {text}"]
        self.lines += [
            f"{who:6}{line}".replace(token, "<token>")
            for who, line in (("call", f"{tool} {_plain(arguments)}"), ("gets", _plain(result)))
        ]
        return result


def _plain(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_conversation_goes_as_the_page_shows_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    as_admin: Context,  # noqa: F811
    language: str,
) -> None:
    await hass.config.async_set_time_zone("Europe/Rome")
    agent = await add_agent(hass)
    guest = await add_recipient(hass, Recipient("guest"))
    await choose(hass, loaded, "voice", OPTIONS)
    lock, who, wish, yes = LANGUAGES[language]
    er.async_get(hass).async_update_entity("lock.front_door", name=lock)
    async_expose_entity(hass, "conversation", "lock.front_door", True)
    await hass.async_block_till_done()
    world.lock("front_door").enter_code(CODE)
    said = Transcript(agent, language, as_admin)
    await said.turn(who, "get_last_opened", lock=lock)
    stay = {"lock": lock, "guest": GUESTS[language], "start": "2026-12-24 15:00", "end": "2026-12-24 18:00"}
    asked = await said.turn(wish, "create_guest_code", **stay)
    await said.turn(yes, "create_guest_code", **stay, confirmation=asked["needs_confirmation"])
    text = "\n".join(said.lines)
    print(f"\n{text}")  # noqa: T201  # what the page tells how to see
    assert code_in(guest.message.partition("Valid")[0]) not in text
    assert f"```text\n{text}\n```" in PAGE.read_text("utf-8")
