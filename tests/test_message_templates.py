"""The messages to guests: what is filled in, what is refused, and the templates that users keep."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.message import (
    LINK_PLACEHOLDERS,
    PLACEHOLDERS,
    GivenCode,
    UnknownPlaceholder,
    code_values,
    placeholders_of,
    render,
)
from custom_components.ttlock.message_words import (
    BY_LANGUAGE,
    ENGLISH,
    SIMPLIFIED_CHINESE,
    TRADITIONAL_CHINESE,
    Words,
    words_of,
)

pytestmark = pytest.mark.locks("front_door")

ZONE = timezone(timedelta(hours=1))
NOW = datetime(2026, 12, 24, 14, 20, tzinfo=UTC)
HOUR = datetime(2026, 12, 24, 14, tzinfo=UTC)
DIGITS = "918273"
VALUES: Final = {name: f"<{name}>" for name in PLACEHOLDERS} | {"code": Secret(DIGITS)}
NAMES = st.sampled_from(PLACEHOLDERS)
LITERALS = st.text().map(lambda text: text.replace("{", "{{").replace("}", "}}"))


def filled(
    text: str | None,
    kind: PasscodeKind,
    start: datetime | None,
    end: datetime | None,
    *,
    words: Words = ENGLISH,
    is_random: bool = True,
) -> str:
    """Return a message, our own when no text is given."""
    code = GivenCode.of(Secret(DIGITS), kind, start, end, ZONE, is_random=is_random)
    values = code_values(code, words, ZONE, NOW, guest="Li", lock="Front Door", home="Home")
    return render(code.text(words, NOW) if text is None else text, values).reveal()


# -- Placeholders --------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(LITERALS, NAMES)), LITERALS)
def test_every_text_of_known_placeholders_is_filled_in(parts: list[tuple[str, str]], end: str) -> None:
    text = "".join(f"{literal}{{{name}}}" for literal, name in parts) + end
    assert placeholders_of(text, PLACEHOLDERS) == {name for _, name in parts}
    plain = {**VALUES, "code": DIGITS}
    expected = "".join(literal.format() + str(plain[name]) for literal, name in parts) + end.format()
    assert render(text, VALUES).reveal() == expected


@given(st.text(), NAMES)
def test_what_is_filled_in_is_not_read_again(value: str, name: str) -> None:
    assert render(f"{{{name}}}", {**VALUES, name: value}).reveal() == value
    assert render(f"{{{name}}}", {**VALUES, name: f"{{code}}{value}{{x.y}}"}).reveal() == f"{{code}}{value}{{x.y}}"


@given(st.text() | st.text(alphabet="{}!:.[] codegust"))
def test_any_text_is_filled_in_or_refused(text: str) -> None:
    try:
        names = placeholders_of(text, PLACEHOLDERS)
    except UnknownPlaceholder:
        with pytest.raises(UnknownPlaceholder):
            render(text, VALUES)
    else:
        assert names <= set(PLACEHOLDERS)
        assert DIGITS in render(text, VALUES).reveal() or "code" not in names


@given(LITERALS, NAMES, st.sampled_from([".__class__", "[0]", "!r", ":>9", ".x!s:y", ":{guest}", " "]), LITERALS)
def test_nothing_but_a_name_may_stand_in_braces(before: str, name: str, more: str, after: str) -> None:
    with pytest.raises(UnknownPlaceholder):
        placeholders_of(f"{before}{{{name}{more}}}{after}", PLACEHOLDERS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{nobody}", "{nobody}"),
        ("{code.__class__}", "{code.__class__}"),
        ("{code[0]}", "{code[0]}"),
        ("{code!r}", "{code!r}"),
        ("{code:>9}", "{code:>9}"),
        ("{}", "{}"),
        ("{0}", "{0}"),
        ("{link}", "{link}"),
        ("{code", "{"),
        ("code}", "}"),
    ],
)
def test_the_refusal_names_what_is_wrong(text: str, told: str) -> None:
    with pytest.raises(UnknownPlaceholder) as refusal:
        placeholders_of(f"Hello {text} ", PLACEHOLDERS)
    assert refusal.value.placeholder == told


def test_a_message_hides_itself() -> None:
    assert DIGITS not in f"{render('{code}', VALUES)} {render('{code}', VALUES)!r}"


# -- Our own words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [*BY_LANGUAGE.values(), TRADITIONAL_CHINESE], ids=[*BY_LANGUAGE, "zh-Hant"])
def test_our_own_texts_hold_known_placeholders_only(words: Words) -> None:
    for text in (words.code, words.lasting_code, words.shown_code):
        assert "code" in placeholders_of(text, PLACEHOLDERS)
        assert "instructions" in placeholders_of(text, PLACEHOLDERS)
    assert placeholders_of(words.ended, PLACEHOLDERS) == {"guest", "lock"}
    for text in (words.code, words.made_code):
        assert {"start", "end"} <= placeholders_of(text, PLACEHOLDERS)
    assert "link" in placeholders_of(words.link, LINK_PLACEHOLDERS)
    assert placeholders_of(words.works_once, ("time",)) == placeholders_of(words.first_use, ("time",)) == {"time"}
    assert placeholders_of(words.weekly, ("days", "start", "end")) == {"days", "start", "end"}
    assert "#" in words.press
    assert len(set(words.weekdays)) == 7


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ENGLISH),
        ("en-GB", ENGLISH),
        ("zh-Hans", SIMPLIFIED_CHINESE),
        ("zh-Hant", TRADITIONAL_CHINESE),
        ("zh-TW", TRADITIONAL_CHINESE),
        ("zh", SIMPLIFIED_CHINESE),
        ("de", BY_LANGUAGE["de"]),
        ("pt-BR", BY_LANGUAGE["pt"]),
        ("zha", ENGLISH),
        ("ms", ENGLISH),
    ],
)
def test_the_language_decides(language: str, words: Words) -> None:
    assert words_of(language) is words


def test_a_code_for_a_stay() -> None:
    start, end = HOUR, HOUR + timedelta(days=3)
    assert filled(None, PasscodeKind.PERIOD, start, end) == (
        "Hello Li, your code for Front Door is 918273. Valid 2026-12-24 15:00 to 2026-12-27 15:00. "
        "Press # after the code. Use it for the first time before 2026-12-25 15:00."
    )
    assert filled(None, PasscodeKind.PERIOD, start, end, words=SIMPLIFIED_CHINESE) == (
        "Li您好，Front Door的密码是 918273，有效期 2026-12-24 15:00 至 2026-12-27 15:00。"
        "输入密码后请按 # 键。请在 2026-12-25 15:00 前首次使用。"
    )


def test_a_code_of_own_digits_has_no_first_use() -> None:
    message = filled("{instructions}", PasscodeKind.PERIOD, HOUR, HOUR + timedelta(days=3), is_random=False)
    assert message == "Press # after the code."


def test_a_first_use_is_told_only_while_it_matters() -> None:
    short = filled("{instructions}", PasscodeKind.PERIOD, HOUR, HOUR + timedelta(hours=24))
    old = filled("{instructions}", PasscodeKind.PERIOD, HOUR - timedelta(days=1), HOUR + timedelta(days=3))
    assert short == old == "Press # after the code."


def test_a_one_time_code_says_until_when() -> None:
    assert filled("{start}|{end}|{instructions}", PasscodeKind.ONE_TIME, HOUR, None) == (
        "2026-12-24 15:00|2026-12-24 21:00|Press # after the code. It works once, until 2026-12-24 21:00."
    )


def test_a_code_without_end_says_so() -> None:
    assert filled(None, PasscodeKind.PERMANENT, HOUR - timedelta(days=9), None) == (
        "Hello Li, your code for Front Door is 918273. Press # after the code."
    )
    assert filled("{start}|{end}|{home}", PasscodeKind.PERMANENT, None, None) == "now|further notice|Home"


@pytest.mark.parametrize(
    ("kind", "days", "tage"),
    [
        (PasscodeKind.DAILY, "every day", "每天"),
        (PasscodeKind.WEEKEND, "Saturday, Sunday", "星期六、星期日"),
        (PasscodeKind.THURSDAY, "Thursday", "星期四"),
    ],
)
def test_a_weekly_code_tells_its_days(kind: PasscodeKind, days: str, tage: str) -> None:
    start, end = HOUR, HOUR + timedelta(hours=2)
    assert filled(None, kind, start, end) == (
        f"Hello Li, your code for Front Door is 918273. Press # after the code. It opens {days} from 15:00 to 17:00."
    )
    assert f"{tage} 15:00 至 17:00" in filled(None, kind, start, end, words=SIMPLIFIED_CHINESE)


def test_a_code_whose_time_is_over_is_a_farewell() -> None:
    start, end = HOUR - timedelta(days=3), HOUR
    assert filled(None, PasscodeKind.PERIOD, start, end) == (
        "Hello Li, your access to Front Door has ended. Thank you for your visit."
    )
    farewell = filled(None, PasscodeKind.PERIOD, start, end, words=SIMPLIFIED_CHINESE)
    assert farewell == "Li您好，您在 Front Door 的开锁权限已到期，感谢您的入住。"


# -- Templates -----------------------------------------------------------------------------------------------------


async def add_template(hass: HomeAssistant, entry: MockConfigEntry, name: str, text: str, **more: Any) -> Any:
    """Add a template as a user does, and return what the form says."""
    flow = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "message_template"), context={"source": SOURCE_USER}
    )
    assert flow["type"] is FlowResultType.FORM
    return await hass.config_entries.subentries.async_configure(flow["flow_id"], {"name": name, "text": text, **more})


async def change_template(hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str, **given: Any) -> Any:
    """Change a template as a user does, and return what the form says."""
    flow = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "message_template"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
    )
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "reconfigure")
    return await hass.config_entries.subentries.async_configure(flow["flow_id"], given)


async def test_a_template_is_added_and_changed(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    account = loaded.runtime_data
    added = await add_template(hass, loaded, " Welcome ", "Dear {guest}: {code}", title="{home}")
    assert added["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = loaded.subentries.values()
    assert (subentry.title, dict(subentry.data)) == ("Welcome", {"text": "Dear {guest}: {code}", "title": "{home}"})
    changed = await change_template(hass, loaded, subentry.subentry_id, name="WELCOME", text="{lock}: {code}")
    assert (changed["type"], changed["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    (subentry,) = loaded.subentries.values()
    assert (subentry.title, dict(subentry.data)) == ("WELCOME", {"text": "{lock}: {code}"})
    await hass.async_block_till_done()
    assert loaded.runtime_data is account, "the account was reloaded"


async def test_the_form_begins_with_our_text_in_the_language_of_the_house(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    hass.config.language = "zh-Hans"
    flow = await hass.config_entries.subentries.async_init(
        (loaded.entry_id, "message_template"), context={"source": SOURCE_USER}
    )
    assert flow["data_schema"] is not None
    text = next(field for field in flow["data_schema"].schema if field == "text")
    assert text.description["suggested_value"] == SIMPLIFIED_CHINESE.code


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"name": "Other", "text": "{code} {nobody}"}, {"text": "unknown_placeholder"}),
        ({"name": "Other", "text": "{code.__class__}"}, {"text": "unknown_placeholder"}),
        ({"name": "Other", "text": "{code}", "title": "{"}, {"title": "unknown_placeholder"}),
        ({"name": "  ", "text": "{code}"}, {"name": "name_missing"}),
        ({"name": "welcome", "text": "{code}"}, {"name": "name_taken"}),
    ],
)
async def test_what_cannot_be_used_is_refused_and_can_be_mended(
    hass: HomeAssistant, loaded: MockConfigEntry, given: dict[str, str], errors: dict[str, str]
) -> None:
    await add_template(hass, loaded, "Welcome", "{code}")
    refused = await add_template(hass, loaded, **given)
    assert (refused["type"], refused["step_id"], refused["errors"]) == (FlowResultType.FORM, "user", errors)
    mended = await hass.config_entries.subentries.async_configure(
        refused["flow_id"], {"name": "Farewell", "text": "{guest}, goodbye"}
    )
    assert mended["type"] is FlowResultType.CREATE_ENTRY
    assert {subentry.title for subentry in loaded.subentries.values()} == {"Welcome", "Farewell"}
    farewell = next(item for item in loaded.subentries.values() if item.title == "Farewell")
    again = await change_template(hass, loaded, farewell.subentry_id, **given)
    assert (again["step_id"], again["errors"]) == ("reconfigure", errors)
