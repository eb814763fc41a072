"""Messages to guests: which placeholders they may hold, and what is filled in (voice-and-automation.md 14).

Home Assistant renders the data of actions as templates before we see them, so that `{{ code }}` would arrive empty:
placeholders have single braces. They are names and nothing else, for a text may come from somebody who must not look
into our objects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from string import Formatter
from typing import Final, Self

from .client import Secret
from .client.credentials import Validity, ValidityKind, passcode_validity
from .client.models import PasscodeKind
from .client.passcodes import FIRST_USE
from .message_words import Words

type Values = Mapping[str, str | Secret]

PLACEHOLDERS: Final = ("guest", "lock", "code", "start", "end", "instructions", "home")
LINK_PLACEHOLDERS: Final = ("guest", "lock", "link", "start", "end", "home")


class UnknownPlaceholder(ValueError):
    """A text holds braces that nobody can fill in."""

    def __init__(self, placeholder: str) -> None:
        """Keep what stands in the text."""
        super().__init__(placeholder)
        self.placeholder = placeholder


def in_braces(names: tuple[str, ...]) -> str:
    """Return names of placeholders as they are written in a text."""
    return " ".join(f"{{{name}}}" for name in names)


def placeholders_of(text: str, known: tuple[str, ...]) -> frozenset[str]:
    """Return the placeholders of a text; UnknownPlaceholder for anything in braces that is not one of the known names.

    That is attributes, indexes, conversions and formats too, and braces without their counterpart.
    """
    found = set()
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise UnknownPlaceholder("{" if text.count("{") > text.count("}") else "}") from None
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in known or form or conversion:
            raise UnknownPlaceholder(f"{{{name}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}}}")
        found.add(name)
    return frozenset(found)


def render(text: str, values: Values) -> Secret:
    """Fill in a text. What is filled in is never read as a text with placeholders itself.

    UnknownPlaceholder for placeholders without value.
    """
    placeholders_of(text, tuple(values))
    return Secret(
        "".join(
            literal + ("" if name is None else _plain(values[name])) for literal, name, _, _ in Formatter().parse(text)
        )
    )


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCode:
    """A passcode as far as its receiver has to know it."""

    code: Secret
    validity: Validity
    first_use: datetime | None = None
    """Until when it has to be used for the first time: the lock suspends random ones that are not (7.1)."""

    @classmethod
    def of(
        cls,
        code: Secret,
        kind: PasscodeKind,
        start: datetime | None,
        end: datetime | None,
        zone: tzinfo,
        *,
        is_random: bool,
    ) -> Self:
        """Return a code with its rules; `zone` is the lock's."""
        lapses = is_random and kind in (PasscodeKind.PERIOD, PasscodeKind.PERMANENT)
        return cls(
            code=code,
            validity=passcode_validity(kind, start, end, zone),
            first_use=start + FIRST_USE if lapses and start else None,
        )

    def text(self, words: Words, now: datetime) -> str:
        """Return the text that suits it when the sender gave none."""
        if self.validity.over_at(now):
            return words.ended
        return words.lasting_code if self.validity.end is None else words.code

    def instructions(self, words: Words, zone: tzinfo, now: datetime) -> str:
        """Return how to use it, one sentence for each rule."""
        validity = self.validity
        sentences = [words.press]
        if validity.kind is ValidityKind.ONE_TIME and validity.end:
            sentences.append(words.works_once.format(time=clock(validity.end, zone)))
        if validity.kind is ValidityKind.CYCLIC:
            sentences.append(_weekly(validity, words))
        if self.first_use and self.first_use > now and (validity.end is None or self.first_use < validity.end):
            sentences.append(words.first_use.format(time=clock(self.first_use, zone)))
        return words.gap.join(sentences)


def code_values(
    given: GivenCode, words: Words, zone: tzinfo, now: datetime, *, guest: str, lock: str, home: str
) -> Values:
    """Return what is filled into a message with a code; `zone` is the lock's."""
    return {
        "guest": guest,
        "lock": lock,
        "code": given.code,
        "start": clock(given.validity.start, zone) if given.validity.start else words.no_start,
        "end": clock(given.validity.end, zone) if given.validity.end else words.no_end,
        "instructions": given.instructions(words, zone, now),
        "home": home,
    }


def link_values(
    link: Secret,
    start: datetime | None,
    end: datetime | None,
    words: Words,
    zone: tzinfo,
    *,
    guest: str,
    lock: str,
    home: str,
) -> Values:
    """Return what is filled into a message with a link; start and end are those of the ekey that it stands for."""
    return {
        "guest": guest,
        "lock": lock,
        "link": link,
        "start": clock(start, zone) if start else words.no_start,
        "end": clock(end, zone) if end else words.no_end,
        "home": home,
    }


def clock(when: datetime, zone: tzinfo) -> str:
    """Return a time as every language reads it."""
    return when.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _weekly(validity: Validity, words: Words) -> str:
    weekdays = [words.weekdays[window.weekday - 1] for window in validity.windows]
    first = validity.windows[0]
    return words.weekly.format(
        days=words.every_day if len(weekdays) == len(words.weekdays) else words.comma.join(weekdays),
        start=_minutes(first.start),
        end=_minutes(first.end),
    )


def _minutes(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
