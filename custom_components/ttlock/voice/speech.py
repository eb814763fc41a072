"""What is said to people who ask Assist, by language.

They are no texts of the interface: who asks speaks another language than the house, perhaps.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..message_words import writes_traditional


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Everything that is said in one language; names in braces are placeholders."""

    opened: str
    never_opened: str
    unknown: str
    """What cannot be found out now."""
    may_open: str
    keys: str
    """In place of names."""
    nobody: str
    all_locked: str
    not_locked: str
    not_known: str
    no_lock: str
    someone: str
    today: str
    yesterday: str
    earlier: str
    comma: str
    last_comma: str
    """Before the last of several."""
    gap: str
    """Between two sentences."""
    methods: Mapping[str, str]

    def when(self, at: datetime, now: datetime) -> str:
        """Return a moment as people say it; both are in the zone of the lock."""
        days = now.date() - at.date()
        text = {timedelta(): self.today, timedelta(days=1): self.yesterday}.get(days, self.earlier)
        return text.format(date=at.strftime("%Y-%m-%d"), time=at.strftime("%H:%M"))

    def several(self, names: Iterable[str]) -> str:
        """Return names one after the other."""
        *others, last = names
        return f"{self.comma.join(others)}{self.last_comma}{last}" if others else last


_ENGLISH: Final = Speech(
    opened="{lock} was last opened by {who}{method}, {when}.",
    never_opened="Nobody has opened {lock} lately.",
    unknown="I cannot find that out for {lock} at the moment.",
    may_open="{names} may open {lock}.",
    keys="Keys that open {lock} now: {count}.",
    nobody="Nobody else may open {lock} now.",
    all_locked="Everything is locked.",
    not_locked="Not locked: {names}.",
    not_known="Not known: {names}.",
    no_lock="No lock is exposed to Assist.",
    someone="someone",
    today="today at {time}",
    yesterday="yesterday at {time}",
    earlier="on {date} at {time}",
    comma=", ",
    last_comma=" and ",
    gap=" ",
    methods={
        "admin_code": " with the administrator passcode",
        "auto": " by itself",
        "button": " with the button",
        "card": " with a card",
        "code": " with a passcode",
        "face": " with a face",
        "fingerprint": " with a fingerprint",
        "fob": " with a remote",
        "hotel_card": " with a hotel card",
        "key": " with the mechanical key",
        "manual": " from inside",
        "one_time_code": " with a one-time code",
        "palm": " with a palm",
        "passage": " by passage mode",
        "periodic_code": " with a recurring passcode",
        "phone": " with a phone",
        "qr": " with a QR code",
        "remote": " from afar",
        "wristband": " with a wristband",
    },
)
_SIMPLIFIED: Final = Speech(
    opened="{lock}最后一次是{who}{when}{method}打开的。",
    never_opened="最近没有人打开过{lock}。",
    unknown="现在查不到{lock}的情况。",
    may_open="{names}可以打开{lock}。",
    keys="现在有{count}把钥匙可以打开{lock}。",
    nobody="现在没有其他人可以打开{lock}。",
    all_locked="都锁好了。",
    not_locked="没有锁好：{names}。",
    not_known="情况不明：{names}。",
    no_lock="没有公开给 Assist 的门锁。",
    someone="有人",
    today="今天{time}",
    yesterday="昨天{time}",
    earlier="{date} {time}",
    comma="、",
    last_comma="和",
    gap="",
    methods={
        "admin_code": "用管理员密码",
        "auto": "自动",
        "button": "按按钮",
        "card": "刷卡",
        "code": "用密码",
        "face": "刷脸",
        "fingerprint": "用指纹",
        "fob": "用遥控器",
        "hotel_card": "用酒店卡",
        "key": "用机械钥匙",
        "manual": "从里面",
        "one_time_code": "用单次密码",
        "palm": "用掌静脉",
        "passage": "因常开模式",
        "periodic_code": "用循环密码",
        "phone": "用手机",
        "qr": "用二维码",
        "remote": "远程",
        "wristband": "用手环",
    },
)
_TRADITIONAL: Final = Speech(
    opened="{lock}最後一次是{who}{when}{method}打開的。",
    never_opened="最近沒有人打開過{lock}。",
    unknown="現在查不到{lock}的情況。",
    may_open="{names}可以打開{lock}。",
    keys="現在有{count}把鑰匙可以打開{lock}。",
    nobody="現在沒有其他人可以打開{lock}。",
    all_locked="都鎖好了。",
    not_locked="沒有鎖好：{names}。",
    not_known="情況不明：{names}。",
    no_lock="沒有公開給 Assist 的門鎖。",
    someone="有人",
    today="今天{time}",
    yesterday="昨天{time}",
    earlier="{date} {time}",
    comma="、",
    last_comma="和",
    gap="",
    methods={
        "admin_code": "用管理員密碼",
        "auto": "自動",
        "button": "按按鈕",
        "card": "刷卡",
        "code": "用密碼",
        "face": "刷臉",
        "fingerprint": "用指紋",
        "fob": "用遙控器",
        "hotel_card": "用飯店卡",
        "key": "用機械鑰匙",
        "manual": "從裡面",
        "one_time_code": "用單次密碼",
        "palm": "用掌靜脈",
        "passage": "因常開模式",
        "periodic_code": "用循環密碼",
        "phone": "用手機",
        "qr": "用 QR 碼",
        "remote": "遠端",
        "wristband": "用手環",
    },
)


def speech_of(language: str) -> Speech:
    """Return what is said in a language such as `zh-CN`, English where we have nothing."""
    if language.lower().replace("_", "-").split("-")[0] != "zh":
        return _ENGLISH
    return _TRADITIONAL if writes_traditional(language) else _SIMPLIFIED
