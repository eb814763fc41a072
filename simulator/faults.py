"""Faults of cloud and network that can be put in the way of calls (ttlock-open-api.md 10 nr. 13)."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

KINDS = frozenset(
    {
        "http_500",
        "http_503",
        "html",
        "truncated",
        "empty",
        "wrong_type",
        "timeout_before",
        "timeout_after",
        "drop_before",
        "drop_after",
        "slow",
        "errcode",
        "missing_fields",
        "numbers_as_text",
        "unknown_enums",
        "null_item",
        "garbage_item",
    }
)


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault: of a kind, on paths that match a pattern, a number of times or until cleared.

    ``*_before`` faults strike before the call takes effect, ``*_after`` faults when it has; the kinds that spoil the
    answer (html, truncated, empty, wrong_type, missing_fields, …) strike after it too.
    """

    kind: str
    path: str = "*"
    times: int | None = None
    seconds: float = 1.0
    errcode: int = 90000
    fields: tuple[str, ...] = ()
    """Which fields are left out; without names each answer loses its first."""

    def __post_init__(self) -> None:
        """Refuse a kind that nothing would act upon."""
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault: {self.kind}")


class Faults:
    """The faults that are in the way now."""

    def __init__(self) -> None:
        """Start with none."""
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in the way."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Take all faults away."""
        self._faults.clear()

    def take(self, path: str) -> Fault | None:
        """Return the first fault for a path and use it up once."""
        for fault in self._faults:
            if not fnmatchcase(path, fault.path):
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
            return fault
        return None

    def __len__(self) -> int:
        """Return how many faults are in the way."""
        return len(self._faults)
