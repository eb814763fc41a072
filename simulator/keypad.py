"""The passcodes in a lock: stored ones, and random ones it works out by itself (ttlock-open-api.md 7)."""

from dataclasses import dataclass, replace
from enum import StrEnum

from .passcodes import CYCLIC_KINDS, FIRST_USE_HOURS, HOUR, PasscodeKind, RandomCode, recognise

CAPACITY = 250


class Verdict(StrEnum):
    """What the keypad makes of the digits."""

    OPENS = "opens"
    ERASES = "erases"
    UNKNOWN = "unknown"
    OUTSIDE = "outside its time"
    USED = "already used"
    SUSPENDED = "not used within 24 hours"
    BLACKLISTED = "deleted"


class KeypadError(Exception):
    """A change of the passcode table was refused; the text says why."""


class CodeExists(KeypadError):
    """The digits are taken."""


class CodeMissing(KeypadError):
    """There is no such passcode in the lock, or a random one that was never used."""


class TableFull(KeypadError):
    """No space for another custom passcode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPasscode:
    """One passcode in the lock; times in seconds since the epoch, 0 without limit."""

    digits: str
    start: float = 0
    end: float = 0
    kind: PasscodeKind = PasscodeKind.PERMANENT
    cycle: RandomCode | None = None
    """Of a cyclic one: what its first digits said of its hours."""
    custom: bool = True
    used: bool = False
    original: str = ""
    """The digits it began with, when they were changed."""


class Keypad:
    """Table and rules; the caller says what time the lock believes it is."""

    def __init__(self, secret: bytes, raw_offset: int) -> None:
        """Start with an empty table."""
        self._secret = secret
        self._raw_offset = raw_offset
        self.table: dict[str, StoredPasscode] = {}
        self.blacklist: set[str] = set()
        self._erased_at = float("-inf")

    def add(
        self,
        digits: str,
        *,
        start: float = 0,
        end: float = 0,
        kind: PasscodeKind | None = None,
        cycle: RandomCode | None = None,
    ) -> None:
        """Store a custom passcode; without a kind it follows from the period."""
        if digits in self.table:
            raise CodeExists(digits)
        if sum(entry.custom for entry in self.table.values()) >= CAPACITY:
            raise TableFull
        if kind is None:
            kind = PasscodeKind.PERIOD if end else PasscodeKind.PERMANENT
        self.table[digits] = StoredPasscode(digits=digits, start=start, end=end, kind=kind, cycle=cycle)
        self.blacklist.discard(digits)

    def change(self, digits: str, *, new_digits: str | None, start: float | None, end: float | None) -> None:
        """Give a stored passcode other digits, another period or both."""
        if (entry := self.table.get(digits)) is None:
            raise CodeMissing(digits)
        target = new_digits or digits
        if target != digits and target in self.table:
            raise CodeExists(target)
        if start is not None and end is not None:
            kind = PasscodeKind.PERIOD if end else PasscodeKind.PERMANENT
            if entry.custom and entry.kind is PasscodeKind.ONE_TIME:
                kind = entry.kind
            entry = replace(entry, start=start, end=end, kind=kind)
        del self.table[digits]
        if target != digits and not entry.custom:
            # The old digits still decode to a valid period; the lock must remember that they were replaced.
            self.blacklist.add(digits)
        # From here on the lock can no longer work the code out of its digits.
        original = entry.original or (digits if target != digits else "")
        custom = entry.custom or target != digits
        self.table[target] = replace(entry, digits=target, custom=custom, original=original)
        self.blacklist.discard(target)

    def delete(self, digits: str, *, now: float) -> None:
        """Remove a passcode; a random one is remembered as deleted, for its digits would go on working."""
        entry = self.table.pop(digits, None)
        if recognise(self._secret, digits, now=now, raw_offset=self._raw_offset) is not None:
            self.blacklist.add(digits)
        elif entry is None:
            raise CodeMissing(digits)

    def clear(self) -> None:
        """Remove all passcodes; random ones are remembered as deleted."""
        self.blacklist.update(digits for digits, entry in self.table.items() if not entry.custom)
        self.table.clear()

    def move_to_offset(self, raw_offset: int, shift: float) -> None:
        """Take wall times by another offset; those of the stored passcodes stay."""
        self._raw_offset = raw_offset
        for digits, entry in self.table.items():
            start, end = (moment and moment + shift for moment in (entry.start, entry.end))
            self.table[digits] = replace(entry, start=start, end=end)

    def was_used(self, digits: str) -> bool:
        """Say whether a passcode has been typed successfully."""
        return (entry := self.table.get(digits)) is not None and entry.used

    def enter(self, digits: str, *, now: float) -> Verdict:
        """Judge the digits at the lock's time and remember their use."""
        verdict, entry = self._judge(digits, now)
        if entry is not None:
            self.table[digits] = replace(entry, used=entry.used or verdict is Verdict.OPENS)
        if verdict is Verdict.ERASES:
            self._erase(now)
        return verdict

    def would_open(self, digits: str, *, now: float) -> bool:
        """Say whether the digits would open at the lock's time; nothing remembers that it was asked."""
        return self._judge(digits, now)[0] is Verdict.OPENS

    def _judge(self, digits: str, now: float) -> tuple[Verdict, StoredPasscode | None]:
        """Return the verdict, and the passcode as the lock is to know it from now on if it knows it at all."""
        if digits in self.blacklist:
            return Verdict.BLACKLISTED, None
        if (entry := self.table.get(digits)) is not None:
            return self._judge_stored(entry, now), entry
        return self._judge_random(digits, now)

    def _judge_stored(self, entry: StoredPasscode, now: float) -> Verdict:
        if entry.kind in CYCLIC_KINDS and entry.cycle is not None:
            return Verdict.OPENS if entry.cycle.in_window(now + self._raw_offset) else Verdict.OUTSIDE
        if entry.kind is PasscodeKind.ONE_TIME and entry.used:
            return Verdict.USED
        if now < entry.start or (entry.end and now >= entry.end):
            return Verdict.OUTSIDE
        return Verdict.OPENS

    def _judge_random(self, digits: str, now: float) -> tuple[Verdict, StoredPasscode | None]:
        if (code := recognise(self._secret, digits, now=now, raw_offset=self._raw_offset)) is None:
            return Verdict.UNKNOWN, None
        known = StoredPasscode(digits=digits, start=code.start, end=code.end, kind=code.kind, custom=False)
        if code.kind in CYCLIC_KINDS:
            # Cyclic digits carry no date: one that was not used before a delete code was typed survives it.
            verdict = Verdict.OPENS if code.in_window(now + self._raw_offset) else Verdict.OUTSIDE
            return verdict, replace(known, cycle=code)
        if code.start < self._erased_at:
            return Verdict.BLACKLISTED, None
        if code.kind is PasscodeKind.ONE_TIME and now >= code.end:
            return Verdict.OUTSIDE, None
        if now >= code.start + FIRST_USE_HOURS * HOUR:
            return Verdict.SUSPENDED, None
        if code.kind is PasscodeKind.DELETE:
            return Verdict.ERASES, None
        if code.end and now >= code.end:
            return Verdict.OUTSIDE, None
        return Verdict.OPENS, known

    def _erase(self, now: float) -> None:
        self.clear()
        self._erased_at = now
