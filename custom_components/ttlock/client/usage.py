"""When each person and each credential opened a lock last; kept as marks, so that it does not tell who came and went."""

from datetime import datetime, timedelta
import hashlib
from typing import Any, Final

from . import parse
from .models import Record

CAPACITY: Final = 1000
"""More than a lock holds credentials (ttlock-open-api.md 7)."""
_NAME_BYTES: Final = 8
_NUMBER_BYTES: Final = 2
"""Too short to tell which of all passcodes it was."""


class Usage:
    """The last openings of one lock."""

    def __init__(self, salt: bytes) -> None:
        """Know of none."""
        self._salt = salt
        self._opened: dict[str, int] = {}

    def note(self, record: Record, at: datetime) -> tuple[bool | None, timedelta | None]:
        """Take note of an opening; returns whether the credential is new, and since when the same person did not open.

        Of an opening without anything to recognise somebody by, nobody can tell.
        """
        is_new: bool | None = None
        if used := record.number.reveal() if record.number else record.who:
            mark = f"{record.record_type}:{self._digest(used, _NUMBER_BYTES)}"
            is_new = mark not in self._opened
            self._put(mark, at)
        if record.who is None:
            return is_new, None
        before = self.last_of(record.who)
        self.note_name(record.who, at)
        return is_new, at - before if before is not None and before < at else None

    def note_name(self, name: str, at: datetime) -> None:
        """Take note of whose opening it was."""
        self._put(self._mark_of(name), at)

    def last_of(self, name: str) -> datetime | None:
        """Return when somebody of that name opened last, None for never or long ago."""
        return parse.moment(self._opened.get(self._mark_of(name)))

    def to_json(self) -> dict[str, int]:
        """Return what has to outlive a restart."""
        return dict(self._opened)

    def restore(self, raw: dict[str, Any]) -> None:
        """Go on where `to_json` left off; AttributeError, TypeError or ValueError for something else."""
        self._opened = {str(mark): int(at) for mark, at in raw.items()}

    def _put(self, mark: str, at: datetime) -> None:
        self._opened[mark] = max(self._opened.get(mark, 0), parse.epoch_ms(at))
        if len(self._opened) > CAPACITY:
            del self._opened[min(self._opened, key=self._opened.__getitem__)]

    def _mark_of(self, name: str) -> str:
        return self._digest(name.strip().casefold(), _NAME_BYTES)

    def _digest(self, text: str, size: int) -> str:
        return hashlib.blake2b(text.encode(), key=self._salt, digest_size=size).hexdigest()
