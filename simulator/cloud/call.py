"""One call on its way through the cloud, and the rows of the endpoint table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
import json
from typing import Any

from ..accounts import Account, Application, Ekey
from ..database import LockRow, Parcel
from ..features import Feature
from ..lock import VirtualLock
from ..reach import Gateway
from ..world import World
from .errors import ApiError

type Json = dict[str, Any]

GATEWAY_SELECTOR, NB_SELECTOR, ASYNC_SELECTOR = 2, 3, 4
DEFAULT_PAGE = 20


def _nothing() -> None:
    """Do nothing: most changes have nothing to tidy up."""


class Target(Enum):
    """What a call is about; it must exist (ttlock-open-api.md 10 nr. 2)."""

    ACCOUNT = auto()
    LOCK = auto()
    EKEY = auto()
    """The caller's own ekey of a lock, which may be missing or invalid."""
    GATEWAY = auto()


class Right(Enum):
    """What the caller must be."""

    KEY = auto()
    """Holder of a valid ekey."""
    REMOTE = auto()
    """Holder of an ekey with remote unlocking."""
    MANAGER = auto()
    """Admin or authorised admin."""
    ADMIN = auto()
    """The one top administrator."""
    OWN_OR_MANAGER = auto()
    """Holder of the very ekey the call is about, valid or not; or who manages the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Objects that calls name without naming the lock."""

    parameter: str
    locate: Callable[[World, int], int | None]
    """Returns the lock an object belongs to."""
    missing: int
    """The error when there is no such object."""


@dataclass(slots=True)
class Call:
    """Everything a handler may look at."""

    world: World
    region: str
    path: str
    params: dict[str, str]
    files: dict[str, bytes] = field(default_factory=dict)
    application: Application | None = None
    account: Account | None = None
    lock_or_none: VirtualLock | None = None
    gateway_or_none: Gateway | None = None
    ekey: Ekey | None = None
    live: bool = False
    selector: int = 1
    parsed: dict[str, Any] = field(default_factory=dict)

    @property
    def lock(self) -> VirtualLock:
        """Return the lock the call is about."""
        if self.lock_or_none is None:
            raise ApiError(-1003)
        return self.lock_or_none

    @property
    def row(self) -> LockRow:
        """Return what the cloud knows of that lock."""
        return self.world.rows[self.lock.lock_id]

    @property
    def gateway(self) -> Gateway:
        """Return the gateway the call is about."""
        if self.gateway_or_none is None:
            raise ApiError(-4037)
        return self.gateway_or_none

    @property
    def user(self) -> Account:
        """Return who calls."""
        if self.account is None:
            raise ApiError(10003)
        return self.account

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter."""
        return self.params.get(name, default)

    def integer(self, name: str, default: int | None = None) -> int:
        """Return a whole number, the default when it is absent, or refuse."""
        value = self.params.get(name, "")
        if value == "" and default is not None:
            return default
        try:
            return int(value)
        except ValueError:
            raise ApiError(-3) from None

    def number(self, name: str) -> int | None:
        """Return a whole number, or None when it is absent."""
        return self.integer(name) if self.params.get(name, "") != "" else None

    def choice(self, name: str, allowed: Sequence[int], default: int | None = None) -> int:
        """Return a whole number out of a few, or refuse."""
        if (value := self.integer(name, default)) not in allowed:
            raise ApiError(-3)
        return value

    def structure(self, name: str) -> Any:
        """Return the JSON in a field, or None when it is absent (ttlock-open-api.md 1.2)."""
        if self.params.get(name, "") == "":
            return None
        if name not in self.parsed:
            try:
                self.parsed[name] = json.loads(self.params[name])
            except ValueError:
                raise ApiError(80002) from None
        return self.parsed[name]

    def required_number(self, name: str) -> int:
        """Return a whole number that must be there and not negative, or refuse."""
        if (value := self.integer(name)) < 0:
            raise ApiError(-3)
        return value

    def numbers(self, name: str) -> list[int]:
        """Return a JSON list of whole numbers, or refuse."""
        value = self.structure(name)
        if not isinstance(value, list) or not value or not all(isinstance(item, int) for item in value):
            raise ApiError(-3)
        return value

    def hand_over(
        self,
        apply: Callable[[], None],
        *,
        object_type: int = 0,
        object_id: int = 0,
        done: Callable[[], None] = _nothing,
        failed: Callable[[], None] = _nothing,
    ) -> None:
        """Change the lock as the selector says: now, when it wakes up, or not at all."""
        if self.live:
            apply()
        elif self.selector == ASYNC_SELECTOR:
            self.row.parcels.append(
                Parcel(
                    object_type=object_type,
                    object_id=object_id,
                    uid=self.user.uid,
                    apply=apply,
                    done=done,
                    failed=failed,
                )
            )

    @property
    def waits(self) -> bool:
        """Say whether the change is delivered later."""
        return self.selector == ASYNC_SELECTOR

    def page(self, items: Sequence[Json], largest: int) -> Json:
        """Return one page of a list (ttlock-open-api.md 1.5)."""
        number, size = self.integer("pageNo", 1), self.integer("pageSize", DEFAULT_PAGE)
        if number < 1 or not 1 <= size <= largest:
            raise ApiError(-3)
        return {
            "list": list(items[(number - 1) * size : number * size]),
            "pageNo": number,
            "pageSize": size,
            "pages": -(-len(items) // size),
            "total": len(items),
        }


type Handler = Callable[[Call], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One row of the table: what has to be checked before the handler runs."""

    handler: Handler
    required: tuple[str, ...] = ()
    json_fields: tuple[str, ...] = ()
    target: Target = Target.LOCK
    subject: Subject | None = None
    """What names the lock, when not ``lockId``."""
    right: Right = Right.KEY
    signed_by_application: bool = False
    """The application's secret takes the place of a token (ttlock-open-api.md 2.5)."""
    capability: Feature | tuple[Feature, ...] | None = None
    """What the lock must have; of several any one."""
    live: bool = False
    selector: str | tuple[str, ...] | None = None
    """The parameter that says how the lock is reached (ttlock-open-api.md 1.7); of several names any one."""
    selector_values: tuple[int, ...] = (1, 2, 3, 4)
    """Allowed methods, the default first."""
    check: Callable[[Call], object] | None = None
    """What can be refused without asking the lock."""
    contacts: Callable[[Call], bool] | None = None
    """Says whether a call with a selector changes the lock at all; a new name alone does not."""
    while_frozen: bool = True
    """The lock does it even when it is frozen."""
