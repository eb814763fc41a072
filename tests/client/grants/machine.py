"""Anything may happen to a house in any order, and what the engine says of its doors stays true."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
import json
import re
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity, ValidityKind
from custom_components.ttlock.client.errors import TTLockError
from custom_components.ttlock.client.grants import Change, Grant, Life, Outcome, Stage, Wish, from_json, to_json
from custom_components.ttlock.client.grants.register import KEPT
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.client.passcodes import ONE_TIME_LIFE, PasscodeRequest
from simulator import Fault
from simulator.credentials import CredentialKind as DoorKind
from simulator.database import Delivery
from simulator.lock import VirtualLock

from .house import GATEWAY_LOCK, WIFI_LOCK, House, number_of
from .wishes import CARDS, CODES, other_validity, wishes

LOCKS = (GATEWAY_LOCK, WIFI_LOCK)
KINDS = (
    CredentialKind.PASSCODE,
    CredentialKind.CARD,
    CredentialKind.FACE,
    CredentialKind.QR_CODE,
    CredentialKind.EKEY,
)
FAULTS = (
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "html"},
    {"kind": "http_503"},
    {"kind": "null_item"},
    {"kind": "garbage_item"},
    *({"kind": "errcode", "errcode": code} for code in (-3002, -3003, 1, 30007, 90000)),
)
PATHS = ("*/add", "*/get", "*/send", "*/change*", "*/update", "*/rename", "*/delete", *["*/list*"] * 3)
STOPS = st.sampled_from([*[None] * 8, *range(1, 13)])
"""Where the program ends while it does something; mostly nowhere."""
USED = "already_used"
LONELY_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{5,}(?![0-9A-Za-z])")
ROUNDS = 60
"""More than any grant takes to come to rest when nothing goes wrong any more."""

type Key = tuple[int, CredentialKind, int]


@dataclass(kw_only=True)
class Known:
    """What was seen of one credential in the cloud's table."""

    ours: bool
    """The engine made it."""
    numbers: set[str] = field(default_factory=set)
    decided: dict[str, object] = field(default_factory=dict)
    """What somebody made of it with the vendor's app, and nobody asked to be changed since."""


class Household(RuleBasedStateMachine):
    """A house, the people in it, and everything that can go wrong."""

    def __init__(self, run: Callable[[Awaitable[Any]], Any], move_in: Callable[[], Awaitable[House]]) -> None:
        super().__init__()
        self.run = run
        self.house: House = run(move_in())
        self.said: list[str] = []
        """What errors told."""
        self.labels = 0
        self.wishes: list[Wish] = []
        self.known: dict[Key, Known] = {}
        self.unwanted: set[str] = set()
        """Grants that somebody took back."""
        self.look_around(ours=False)

    @initialize(locks=st.lists(st.sampled_from(LOCKS), min_size=1, max_size=3), data=st.data())
    def begin(self, locks: list[str], data: st.DataObject) -> None:
        """Some have their credentials already."""
        for lock in locks:
            wish = self.new_wish(lock, data)
            self.ask(partial(self.house.grants.place, wish), None)

    # -- What people ask for ---------------------------------------------------------------------------------------

    @rule(lock=st.sampled_from(LOCKS), data=st.data(), stop=STOPS)
    def place(self, lock: str, data: st.DataObject, stop: int | None) -> None:
        wish = self.new_wish(lock, data)
        self.ask(lambda: self.house.grants.place(wish), stop)

    @rule(locks=st.lists(st.sampled_from(LOCKS), min_size=2, max_size=3), data=st.data(), stop=STOPS)
    def place_many(self, locks: list[str], data: st.DataObject, stop: int | None) -> None:
        many = [self.new_wish(lock, data) for lock in locks]
        self.ask(lambda: self.house.grants.place_all(many), stop)

    @rule(data=st.data(), stop=STOPS)
    def place_again(self, data: st.DataObject, stop: int | None) -> None:
        """Wish the same once more, also after the program ended in the middle of the first time."""
        wish = data.draw(st.sampled_from(self.wishes))
        before = [grant for grant in self.live() if grant.wish.same_as(wish) and grant.stage is not Stage.REMOVING]
        if wish.repeats or (not before and wish.label.strip() in self.names()):
            # It was changed meanwhile, so it would be another wish.
            return
        outcome = self.ask(lambda: self.house.grants.place(wish), stop)
        if isinstance(outcome, Outcome) and before and self.house.grant(before[0].grant_id).stage is not Stage.GONE:
            assert outcome.grant.grant_id == before[0].grant_id

    @precondition(lambda self: self.live())
    @rule(data=st.data(), stop=STOPS)
    def change(self, data: st.DataObject, stop: int | None) -> None:
        grant = data.draw(st.sampled_from(self.live()))
        if grant.credential_id is None:
            return
        number, wish = grant.credential_id, grant.wish
        change = Change(
            label=data.draw(st.none() | st.sampled_from(["Anna", "Berta"])),
            validity=data.draw(st.none() | other_validity(self.house, wish.validity.kind)),
            # What a lock in power saving refuses of other digits, nobody can find out or undo.
            number=data.draw(st.none() | st.sampled_from(CODES).map(Secret))
            if wish.kind is CredentialKind.PASSCODE and wish.lock_id == self.lock(GATEWAY_LOCK).lock_id
            else None,
        )
        known = self.known.get((wish.lock_id, wish.kind, number))
        if known is not None:
            known.decided = {name: value for name, value in known.decided.items() if getattr(change, name) is None}
        self.ask(lambda: self.house.grants.change(wish.lock_id, wish.kind, number, change), stop)

    @precondition(lambda self: self.rows())
    @rule(data=st.data(), stop=STOPS)
    def remove(self, data: st.DataObject, stop: int | None) -> None:
        lock_id, kind, number = data.draw(st.sampled_from(self.rows()))
        outcomes = self.ask(lambda: self.house.grants.remove(lock_id, kind, [number]), stop)
        self.unwanted |= {outcome.grant.grant_id for outcome in outcomes or ()}

    @precondition(lambda self: self.live())
    @rule(data=st.data(), stop=STOPS)
    def withdraw(self, data: st.DataObject, stop: int | None) -> None:
        grant_id = data.draw(st.sampled_from(self.live())).grant_id
        if self.ask(lambda: self.house.grants.withdraw(grant_id), stop) is not None:
            self.unwanted.add(grant_id)

    @rule(stop=STOPS)
    def work(self, stop: int | None) -> None:
        self.ask(self.house.grants.work, stop)

    @rule()
    def restart(self) -> None:
        before = to_json(self.house.grants.all)
        self.house.restart()
        assert to_json(self.house.grants.all) == before

    # -- What happens meanwhile ------------------------------------------------------------------------------------

    @rule(span=st.sampled_from([5, 61, 600, 2 * 3600, 7 * 3600, 86_400]), work=st.booleans())
    def time_passes(self, span: int, work: bool) -> None:
        self.house.pass_time(timedelta(seconds=span))
        if work:
            self.ask(self.house.grants.work, None)

    @rule(fault=st.sampled_from(FAULTS), path=st.sampled_from(PATHS), times=st.integers(1, 2))
    def fault(self, fault: dict[str, Any], path: str, times: int) -> None:
        self.house.world.faults.add(Fault(path=path, times=times, **fault))

    @rule()
    def faults_clear(self) -> None:
        self.house.world.faults.clear()

    @rule()
    def gateway(self) -> None:
        """Pull the gateway's plug, or put it back."""
        gateway = self.house.world.gateway("hall")
        gateway.online = not gateway.online

    @rule()
    def power_saving(self) -> None:
        wifi = self.house.world.wifi(WIFI_LOCK)
        wifi.power_saving = not wifi.power_saving
        if not wifi.power_saving:
            self.wake(refusing=False)

    @rule(refusing=st.booleans())
    def wake(self, refusing: bool) -> None:
        """Let the lock with Wi-Fi take what waits for it, or refuse it."""
        lock = self.lock(WIFI_LOCK)
        lock.frozen = refusing
        self.house.world.deliver(lock)
        lock.frozen = False
        self.look_around()

    @precondition(lambda self: self.live())
    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        """Open the door with a passcode, of which the engine hears."""
        grant = data.draw(st.sampled_from(self.live()))
        number = grant.number or grant.wish.number
        if grant.wish.kind is not CredentialKind.PASSCODE or number is None:
            return
        lock = self.lock(grant.wish.lock_id)
        if lock.code_would_open(number.reveal()):
            assert lock.enter_code(number.reveal()).opened
            self.ask(lambda: self.house.grants.note_use(lock.lock_id, number), None)

    @precondition(lambda self: self.reachable_rows())
    @rule(data=st.data(), doing=st.sampled_from(["delete", "label", "validity", "freeze"]))
    def app_changes(self, data: st.DataObject, doing: str) -> None:
        """Let somebody use the vendor's app on what is there."""
        key = data.draw(st.sampled_from(self.reachable_rows()))
        if self.nameless(key):
            return
        change = Change(label="Renamed") if doing == "label" else None
        if doing == "validity":
            change = Change(validity=data.draw(other_validity(self.house, ValidityKind.PERIOD)))
        if not self.in_the_app(self.app_does(doing, key, change)) or change is None:
            return
        self.known[key].decided.pop(doing, None)
        grant, row = self.house.grants.find(*key), self.house.row(self.lock(key[0]), key[1], key[2])
        if row is not None and (grant is None or (doing not in grant.asked and not grant.pending)):
            self.known[key].decided[doing] = _decision(doing, row)

    @rule(lock=st.sampled_from(LOCKS), code=st.sampled_from(CODES), card=st.sampled_from(CARDS), is_card=st.booleans())
    def app_adds(self, lock: str, code: str, card: str, is_card: bool) -> None:
        """Let somebody add something with the vendor's app."""
        lock_id, phone = self.lock(lock).lock_id, self.house.phone
        if not self.reached(lock_id):
            return
        if is_card:
            if self.house.world.rows[lock_id].credential(DoorKind.CARD, card) is None:
                self.in_the_app(phone.cards.add(lock_id, Secret(card), Validity.permanent(), "App"))
        else:
            request = PasscodeRequest(name="App", kind=PasscodeKind.PERMANENT, code=Secret(code))
            self.in_the_app(phone.add_passcode(lock_id, Secret(code), request))
        self.look_around(ours=False)

    @precondition(lambda self: self.rows())
    @rule(data=st.data())
    def taken_off_beside_the_lock(self, data: st.DataObject) -> None:
        """Let the cloud hear from a phone that the lock does not hold a passcode any more."""
        lock_id, kind, number = data.draw(st.sampled_from(self.rows()))
        row = self.house.world.rows[lock_id].passcodes.get(number)
        if kind is CredentialKind.PASSCODE and row is not None and row.custom and row.status is Delivery.NORMAL:
            self.lock(lock_id).keypad.table.pop(row.digits, None)
            row.status = Delivery.INVALID

    # -- What has to be true ---------------------------------------------------------------------------------------

    @rule(lock=st.sampled_from(LOCKS), kind=st.sampled_from(KINDS))
    def look(self, lock: str, kind: CredentialKind) -> None:
        self.check(self.lock(lock), kind)

    def teardown(self) -> None:
        """See everything come to its place once nothing goes wrong any more."""
        house = self.house
        house.world.faults.clear()
        house.world.gateway("hall").online = True
        house.world.wifi(WIFI_LOCK).power_saving = False
        for _ in range(ROUNDS):
            self.wake(refusing=False)
            for lock_id, kind in self.in_use():
                self.check(self.lock(lock_id), kind)
            if (due := house.grants.due) is None:
                break
            house.pass_time(max(due - house.now, timedelta(0)))
            self.run(house.grants.work())
        restless = [grant for grant in house.grants.all if grant.pending or grant.due]
        assert not restless, f"never at rest: {restless}"
        rows, live = self.rows(), {_key(grant) for grant in self.live()}
        assert live <= set(rows), "a credential that is not there"
        ended = {_key(grant) for grant in house.grants.all if grant.stage is Stage.FAILED or grant.reason == USED}
        nobodys = {key for key in rows if self.known[key].ours and not self.forgotten(key)} - live - ended
        assert not nobodys, "a credential that nobody stands for"
        for grant in house.grants.all:
            assert grant.grant_id not in self.unwanted or grant.stage is Stage.GONE
        super().teardown()

    def check(self, lock: VirtualLock, kind: CredentialKind) -> None:
        """Compare what the engine says of a table with the door."""
        house = self.house
        with house.undisturbed():
            table = self.run(house.grants.read(lock.lock_id, kind))
        self.look_around()
        rows = house.rows(lock, kind)
        for item in table.items:
            self.check_life(lock, kind, item.credential_id, house.grants.life_of(lock.lock_id, item))
        for grant in house.grants.of_lock(lock.lock_id):
            if grant.wish.kind is kind:
                self.check_grant(lock, grant, rows)
        labels = [row.name.strip() for row in rows.values()]
        for number in range(1, self.labels + 1):
            assert labels.count(f"Guest {number}") <= 1, f"one wish, two credentials: {[*rows.values()]}"
        for number, row in rows.items():
            for name, value in self.known[lock.lock_id, kind, number].decided.items():
                assert _decision(name, row) == value, f"overwritten: {row}"
        if kind is CredentialKind.PASSCODE and not house.world.rows[lock.lock_id].parcels:
            stored = {digits for digits, entry in lock.keypad.table.items() if entry.custom}
            assert stored <= {row.digits for row in rows.values()}, "a code that no table shows"

    def check_grant(self, lock: VirtualLock, grant: Grant, rows: dict[int, Any]) -> None:
        """Compare what the engine says of a grant with the door."""
        house, kind = self.house, grant.wish.kind
        if grant.credential_id is not None:
            self.check_life(lock, kind, grant.credential_id, house.grants.life(grant))
        if grant.stage is not Stage.GONE or grant.reason == USED or grant.credential_id is None:
            return
        assert grant.credential_id not in rows, f"is not gone: {grant}"
        if (known := self.known.get((lock.lock_id, kind, grant.credential_id))) is not None:
            for number in known.numbers - {number_of(row) for row in rows.values()}:
                assert not house.opens_for(lock, kind, number), f"still opens: {grant}"

    def check_life(self, lock: VirtualLock, kind: CredentialKind, number: int, life: Life) -> None:
        """Compare a word with the door."""
        if life.opens or life is Life.EXPIRED:
            assert self.house.opens(lock, kind, number) is life.opens, f"{life}: {self.door(lock, kind, number)}"

    # -- Inside ----------------------------------------------------------------------------------------------------

    def ask(self, doing: Callable[[], Awaitable[Any]], stop: int | None) -> Any:
        """Ask the engine for something, or end the program on the way and start again; None when it did not answer."""

        async def carefully() -> Any:
            answer = None

            async def keep() -> None:
                nonlocal answer
                answer = await doing()

            try:
                if stop is None:
                    await keep()
                elif not await self.house.until(stop, keep()):
                    self.house.restart()
            except TTLockError as err:
                self.said.append(f"{err!r} {err}")
                if self.house.breaker.broken:
                    self.house.restart()
            return answer

        answer = self.run(carefully())
        self.look_around()
        kept = json.loads(json.dumps(self.house.journal))
        assert kept == to_json(self.house.grants.all) == to_json(from_json(kept)), "the journal is not the truth"
        secret = {number for known in self.known.values() for number in known.numbers}
        shown = f"{self.house.grants.all!r} {answer!r} {self.said}"
        assert not secret & set(LONELY_NUMBER.findall(shown)), "digits are shown"
        return answer

    def in_the_app(self, doing: Awaitable[object]) -> bool:
        """Do something with the vendor's app, which may refuse."""

        async def carefully() -> bool:
            with self.house.undisturbed():
                try:
                    await doing
                except TTLockError:
                    return False
            return True

        return bool(self.run(carefully()))

    async def app_does(self, doing: str, key: Key, change: Change | None) -> None:
        """Delete, freeze or change a credential with the vendor's app."""
        if doing == "delete":
            await self.house.app_deletes(*key)
        elif change is not None:
            await self.house.app_changes(*key, change)
        elif key[1] is CredentialKind.EKEY:
            await self.house.phone.ekeys.freeze(key[2])

    def new_wish(self, lock: str, data: st.DataObject) -> Wish:
        """Return a wish that nobody had before."""
        self.labels += 1
        label = f"Guest {self.labels}" + data.draw(st.sampled_from(["", " "]))
        wish: Wish = data.draw(wishes(self.house, self.lock(lock).lock_id, label))
        self.wishes.append(wish)
        return wish

    def look_around(self, *, ours: bool = True) -> None:
        """Remember which credentials there are and what opens the door with them; who made those that are new."""
        for key in self.rows():
            known = self.known.setdefault(key, Known(ours=ours))
            known.numbers.add(number_of(self.house.row(self.lock(key[0]), key[1], key[2])))

    def lock(self, key: str | int) -> VirtualLock:
        return self.house.world.lock(key)

    def live(self) -> list[Grant]:
        return [grant for grant in self.house.grants.all if not grant.over]

    def rows(self) -> list[Key]:
        return [
            (self.lock(lock).lock_id, kind, number)
            for lock in LOCKS
            for kind in KINDS
            for number in self.house.rows(self.lock(lock), kind)
        ]

    def door(self, lock: VirtualLock, kind: CredentialKind, number: int) -> str:
        """Return what everybody knows of a credential, for whoever reads why this failed."""
        row, grant = self.house.row(lock, kind, number), self.house.grants.find(lock.lock_id, kind, number)
        digits = getattr(row, "digits", "")
        stored, deleted = lock.keypad.table.get(digits), digits in lock.keypad.blacklist
        return f"at {self.house.now}: {grant}; in the cloud: {row}; in the lock: {stored}, {deleted=}"

    def names(self) -> set[str]:
        return {self.house.row(self.lock(lock_id), kind, number).name.strip() for lock_id, kind, number in self.rows()}

    def in_use(self) -> list[tuple[int, CredentialKind]]:
        """Return the tables that anybody ever cared for."""
        wished = [(grant.wish.lock_id, grant.wish.kind) for grant in self.house.grants.all]
        return list(dict.fromkeys([*wished, *((lock_id, kind) for lock_id, kind, _ in self.rows())]))

    def forgotten(self, key: Key) -> bool:
        """Return whether a credential does not open for so long that the engine has forgotten it."""
        row = self.house.row(self.lock(key[0]), key[1], key[2])
        one_time = getattr(row, "kind", None) == PasscodeKind.ONE_TIME and key[1] is CredentialKind.PASSCODE
        end = row.start + ONE_TIME_LIFE.total_seconds() * 1000 if one_time else row.end
        return bool(end) and end <= (self.house.now - KEPT).timestamp() * 1000

    def nameless(self, key: Key) -> bool:
        """Return whether a credential may be one whose number the engine does not know yet, only its name and times."""
        return any(
            grant.wish.lock_id == key[0] and grant.wish.kind is key[1] and grant.sent and grant.credential_id is None
            for grant in self.live()
        )

    def reachable_rows(self) -> list[Key]:
        return [key for key in self.rows() if self.reached(key[0])]

    def reached(self, lock_id: int) -> bool:
        return lock_id != self.lock(GATEWAY_LOCK).lock_id or self.house.world.gateway("hall").online


def _key(grant: Grant) -> tuple[int, CredentialKind, int | None]:
    return grant.wish.lock_id, grant.wish.kind, grant.credential_id


def _decision(name: str, row: Any) -> object:
    """Return what the cloud's table has of what can be decided about a credential."""
    return row.name if name == "label" else (row.start, row.end)
