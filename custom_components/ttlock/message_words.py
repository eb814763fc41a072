"""The words of messages to guests, by language.

They are no texts of the interface: a guest reads them, in the language of the house, and the owner may replace them by
templates. Hence they are not among the translations. The texts are those of voice-and-automation.md 14.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that we say to a guest in one language; names in braces are placeholders."""

    code: str
    """The message with a code that has an end."""
    lasting_code: str
    """The message with a code without end, or with weekly windows."""
    ended: str
    """The message for a code whose period is over."""
    link: str
    """The message with a link that unlocks."""
    shown_code: str
    """What the person sees who had a code made at the press of a button."""
    made_code: str
    """What the person sees who had a code made for somebody."""
    one_time_name: str
    """The name under which such a code is listed."""
    guest: str
    """Said in place of a name."""
    no_start: str
    no_end: str
    press: str
    works_once: str
    first_use: str
    weekly: str
    every_day: str
    weekdays: tuple[str, ...]
    """From Monday on."""
    comma: str
    gap: str
    """Between two sentences."""


ENGLISH: Final = Words(
    code="Hello {guest}, your code for {lock} is {code}. Valid {start} to {end}. {instructions}",
    lasting_code="Hello {guest}, your code for {lock} is {code}. {instructions}",
    ended="Hello {guest}, your access to {lock} has ended. Thank you for your visit.",
    link="Hello {guest}, this link opens {lock}: {link}",
    shown_code="One-time code for {lock}: {code}. {instructions}",
    made_code="Code of {guest} for {lock}: {code}. Valid {start} to {end}. {instructions}",
    one_time_name="One-time code",
    guest="guest",
    no_start="now",
    no_end="further notice",
    press="Press # after the code.",
    works_once="It works once, until {time}.",
    first_use="Use it for the first time before {time}.",
    weekly="It opens {days} from {start} to {end}.",
    every_day="every day",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    comma=", ",
    gap=" ",
)
CHINESE: Final = Words(
    code="{guest}您好,{lock}的密码是 {code},有效期 {start} 至 {end}。{instructions}",
    lasting_code="{guest}您好,{lock}的密码是 {code}。{instructions}",
    ended="{guest}您好,您在 {lock} 的开锁权限已到期,感谢您的入住。",
    link="{guest}您好,打开此链接即可开启 {lock}: {link}",
    shown_code="{lock} 的单次密码是 {code}。{instructions}",
    made_code="{guest}在 {lock} 的密码是 {code},有效期 {start} 至 {end}。{instructions}",
    one_time_name="单次密码",
    guest="客人",
    no_start="即日",
    no_end="另行通知",
    press="输入密码后请按 # 键。",
    works_once="只能使用一次,{time} 前有效。",
    first_use="请在 {time} 前首次使用。",
    weekly="{days} {start} 至 {end} 可以开锁。",
    every_day="每天",
    weekdays=("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    comma="、",
    gap="",
)


def words_of(language: str) -> Words:
    """Return the words of a language such as `zh-Hans`, English where we have none."""
    return CHINESE if language.lower().split("-")[0] == "zh" else ENGLISH
