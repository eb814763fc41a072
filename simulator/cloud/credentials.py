"""Cards, fingerprints, faces, palm veins and remotes: one way of working, five spellings (ttlock-open-api.md 4.6-4.11).

Guesses: a second ``add`` with the same number gives the same id and the new validity; ``clear`` tells the cloud only.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..credentials import Credential, CredentialKind
from ..database import CredentialRow, Delivery
from ..features import Feature
from ..world import World
from .call import Call, Json, Subject
from .errors import ApiError, body_of
from .validity import Cycle, cycle, cycle_item, period

ONCE, CYCLIC = 1, 4
UNDOCUMENTED_MISSING = -3
"""Our guess where no code is documented for an object that is not there."""

type More = Callable[[Call, CredentialRow], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How the API spells one kind of credential."""

    kind: CredentialKind
    id: str
    number: str
    name: str
    type: str
    more: More
    """The fields of a list item beyond those that all kinds have."""
    missing: int = UNDOCUMENTED_MISSING
    object_type: int
    """Of the callback for what could not be delivered (ttlock-open-api.md 5.2)."""
    cyclic: Feature | None = None


def subject(spelling: Spelling) -> Subject:
    """Return the way to find the lock of a credential that is named by its id alone."""

    def locate(world: World, number: int) -> int | None:
        found = (lock_id for lock_id, row in world.rows.items() if number in row.credentials[spelling.kind])
        return next(found, None)

    return Subject(parameter=spelling.id, locate=locate, missing=spelling.missing)


def listing(spelling: Spelling) -> Callable[[Call], Json]:
    """Return the handler that lists the credentials of a kind, in pages."""

    def handler(call: Call) -> Json:
        return call.page(items(spelling, call), 200)

    return handler


def items(spelling: Spelling, call: Call) -> list[Json]:
    """Return the credentials of a kind as the API spells and orders them."""
    search, order = call.text("searchStr"), call.choice("orderBy", (0, 1, 2), 1)
    rows = [
        row
        for row in call.row.credentials[spelling.kind].values()
        if search in row.name or search in (row.number, row.mac)
    ]
    if order == 1:
        rows.sort(key=lambda row: row.created, reverse=True)
    else:
        rows.sort(key=lambda row: row.name, reverse=order == 2)
    return [_item(spelling, call, row) for row in rows]


def new_validity(spelling: Spelling, call: Call) -> tuple[int, int, Cycle]:
    """Return the validity of a credential that is to be added, or refuse."""
    start, end = period(call)
    if call.choice(spelling.type, (ONCE, CYCLIC), ONCE) == ONCE:
        return start, end, ()
    _needs_cycles(spelling, call)
    return start, end, cycle(call)


def adder(spelling: Spelling, number: Callable[[Call], str]) -> Callable[[Call], Json]:
    """Return the handler that adds a credential; ``number`` says which."""

    def handler(call: Call) -> Json:
        start, end, windows = new_validity(spelling, call)
        digits = number(call)
        row = call.row.credential(spelling.kind, digits) or CredentialRow(
            credential_id=call.world.next_id(),
            number=digits,
            name="",
            start=0,
            end=0,
            created=call.world.clock.now_ms(),
            sender=call.user.username,
        )
        lock, mac = call.lock, call.text("mac")
        credential = Credential(number=digits, start=start / 1000, end=end / 1000, cycle=windows, mac=mac)
        call.hand_over(
            lambda: lock.command_store(spelling.kind, credential),
            object_type=spelling.object_type,
            object_id=row.credential_id,
            done=lambda: _mark(row, Delivery.NORMAL),
            failed=lambda: _mark(row, Delivery.ADD_FAILED),
        )
        row.name, row.start, row.end, row.cycle = call.text(spelling.name, row.name), start, end, windows
        row.mac, row.battery = mac, call.integer("electricQuantity", row.battery)
        row.status = Delivery.ADDING if call.waits else Delivery.NORMAL
        call.row.credentials[spelling.kind][row.credential_id] = row
        return {spelling.id: row.credential_id}

    return handler


def find(spelling: Spelling, call: Call) -> CredentialRow:
    """Return the credential a call is about, or refuse."""
    if (row := call.row.credentials[spelling.kind].get(call.integer(spelling.id))) is None:
        raise ApiError(spelling.missing)
    return row


def changed_validity(spelling: Spelling, call: Call) -> tuple[CredentialRow, int, int, Cycle]:
    """Return a credential and the validity it is to have, or refuse; a timed one never becomes permanent."""
    row = find(spelling, call)
    start, end = period(call, may_be_permanent=False)
    if call.text("cyclicConfig") == "":
        return row, start, end, row.cycle
    _needs_cycles(spelling, call)
    return row, start, end, cycle(call)


def changer(spelling: Spelling) -> Callable[[Call], Json]:
    """Return the handler that changes the period."""

    def handler(call: Call) -> Json:
        row, start, end, windows = changed_validity(spelling, call)
        lock, number = call.lock, row.number
        call.hand_over(
            lambda: lock.command_change_period(
                spelling.kind, number, start=start / 1000, end=end / 1000, cycle=windows
            ),
            object_type=spelling.object_type,
            object_id=row.credential_id,
            done=lambda: _mark(row, Delivery.NORMAL),
            failed=lambda: _mark(row, Delivery.MODIFY_FAILED),
        )
        row.start, row.end, row.cycle = start, end, windows
        row.name = call.text(spelling.name, row.name)
        if call.waits:
            row.status = Delivery.MODIFYING
        return body_of(0)

    return handler


def renamer(spelling: Spelling) -> Callable[[Call], Json]:
    """Return the handler that gives a credential another name."""

    def handler(call: Call) -> Json:
        find(spelling, call).name = call.text(spelling.name)
        return body_of(0)

    return handler


def remover(spelling: Spelling) -> Callable[[Call], Json]:
    """Return the handler that deletes a credential."""

    def handler(call: Call) -> Json:
        row, lock, rows = find(spelling, call), call.lock, call.row.credentials[spelling.kind]

        def forget() -> None:
            rows.pop(row.credential_id, None)

        call.hand_over(
            lambda: lock.command_remove(spelling.kind, row.number),
            object_type=spelling.object_type,
            object_id=row.credential_id,
            done=forget,
            failed=lambda: _mark(row, Delivery.DELETE_FAILED),
        )
        if call.waits:
            row.status = Delivery.DELETING
        else:
            forget()
        return body_of(0)

    return handler


def clearer(spelling: Spelling) -> Callable[[Call], Json]:
    """Return the handler that forgets all credentials of a kind; the lock was told over Bluetooth before."""

    def handler(call: Call) -> Json:
        call.row.credentials[spelling.kind].clear()
        return body_of(0)

    return handler


def _item(spelling: Spelling, call: Call, row: CredentialRow) -> Json:
    item: Json = {
        spelling.id: row.credential_id,
        spelling.number: row.number,
        spelling.name: row.name,
        spelling.type: CYCLIC if row.cycle else ONCE,
        "startDate": row.start,
        "endDate": row.end,
        "createDate": row.created,
        **spelling.more(call, row),
    }
    if row.cycle:
        item["cyclicConfig"] = cycle_item(row.cycle)
    return item


def _needs_cycles(spelling: Spelling, call: Call) -> None:
    if spelling.cyclic is not None and not call.lock.has(spelling.cyclic):
        raise ApiError(-4043)


def _mark(row: CredentialRow, status: Delivery) -> None:
    row.status = status
