"""A house whose time stands still, with an engine of grants that can be stopped anywhere and goes on from its journal."""

import asyncio
from collections.abc import Awaitable, Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone, tzinfo
import json
from typing import Any, Self

import aiohttp

from custom_components.ttlock.client import (
    Application,
    CloudClient,
    Secret,
    Token,
    Transport,
    password_digest,
    sign_in,
)
from custom_components.ttlock.client.credentials import CredentialKind
from custom_components.ttlock.client.grants import Change, Grant, Grants, Life, Stage, Vendor, from_json, to_json
from simulator import CloudServer, World
from simulator.credentials import CredentialKind as DoorKind
from simulator.faults import Fault, Faults
from simulator.features import Feature
from simulator.lock import VirtualLock

MONDAY = datetime(2026, 7, 6, 8, 0, tzinfo=UTC)
"""Ten o'clock in the house, at a summer time that the locks do not follow: they keep the offset of winter."""
GATEWAY_LOCK, WIFI_LOCK = "front_door", "back_door"


class Stopped(asyncio.CancelledError):
    """The program ended here."""


class Breaker:
    """Ends the program at the n-th point from now: before or after a request, before or after something is kept."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.broken = False
        self._passing: set[asyncio.Task[Any]] = set()

    def point(self) -> None:
        """Pass a point."""
        if (task := asyncio.current_task()) is not None:
            self._passing.add(task)
        if self.left is not None:
            self.left -= 1
            self.broken = self.left <= 0
        if self.broken:
            # What goes on side by side ends with the first.
            self.left = None
            raise Stopped

    async def all_over(self) -> None:
        """Wait until nothing goes on any more."""
        going_on = {task for task in self._passing if task is not asyncio.current_task() and not task.done()}
        if going_on:
            await asyncio.wait(going_on)


class BreakableTransport(Transport):
    """A transport with a breaker on both sides of each request."""

    breaker: Breaker

    async def send(self, *args: Any, **fields: Any) -> dict[str, Any]:
        self.breaker.point()
        answer = await super().send(*args, **fields)
        self.breaker.point()
        return answer


class Tokens:
    """The owner's token, which lasts longer than any test."""

    def __init__(self, token: Token) -> None:
        self._token = token

    async def access_token(self) -> Secret:
        return self._token.access

    async def renew(self, rejected: Secret) -> Secret:
        raise AssertionError("no token expires here")


class House:
    """The world, the owner's client, and the engine."""

    def __init__(self, world: World, server: CloudServer, session: aiohttp.ClientSession, token: Token) -> None:
        self.world, self.server = world, server
        self.breaker = Breaker()
        self.journal: list[dict[str, Any]] = []
        self.client = self._client(session, token, BreakableTransport)
        self.phone = self._client(session, token, Transport)
        """The vendor's app in the hand of somebody else with the same account."""
        self.grants = self._engine()

    @classmethod
    async def build(
        cls,
        world: World,
        server: CloudServer,
        session: aiohttp.ClientSession,
        locks: Iterable[str] = (GATEWAY_LOCK, WIFI_LOCK),
    ) -> Self:
        """Move into a world, whose locks then know all kinds of credentials."""
        world.clock.freeze(MONDAY.timestamp())
        for key in locks:
            world.lock(key).add_feature(
                Feature.QR_CODE,
                Feature.CUSTOM_QR_CODE,
                Feature.FACE,
                Feature.CYCLIC_PASSCODE,
                Feature.CYCLIC_CARD,
                Feature.CHANGE_PASSCODE,
            )
        owner, known = world.account("owner"), world.application
        application = Application(client_id=known.client_id, client_secret=Secret(known.client_secret))
        token = await sign_in(session, server.url, application, owner.username, password_digest(owner.password))
        server.reset_calls()
        return cls(world, server, session, token)

    def move_out(self) -> None:
        """Take away the passcodes and ekeys that the world comes with, which would be in the way."""
        for lock in self.world.locks.values():
            lock.keypad.table.clear()
            self.world.rows[lock.lock_id].passcodes.clear()
            for ekey in self.world.ekeys_for(lock.lock_id):
                if not ekey.admin and ekey.uid != self.world.account("owner").uid:
                    self.world.remove_ekey(ekey)

    # -- The engine ------------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """Start again with what the journal holds."""
        self.grants.stop()
        self.go_on()
        # What is kept goes through a file.
        kept = from_json(json.loads(json.dumps(self.journal)))
        self.grants = self._engine()
        self.grants.restore(kept)

    def go_on(self) -> None:
        """Go on after an interruption that did not end the program."""
        self.breaker.left, self.breaker.broken = None, False

    async def until(self, point: int, doing: Awaitable[object]) -> bool:
        """Do something and stop it at the n-th point; returns whether it came to its end before that."""
        self.breaker.left = point
        try:
            await doing
        except Stopped:
            pass
        finally:
            self.breaker.left = None
            await self.breaker.all_over()
        return not self.breaker.broken

    async def work_until_quiet(self, within: timedelta = timedelta(days=3)) -> None:
        """Let time pass and the engine work, until it has nothing to do for a while."""
        for _ in range(200):
            due, now = self.grants.due, self.now
            if due is None or due > now + within:
                return
            self.pass_time(max(due - now, timedelta(0)))
            await self.grants.work()
        raise AssertionError("the engine never comes to rest")

    def grant(self, grant_id: str) -> Grant:
        """Return a grant as it is now."""
        return next(grant for grant in self.grants.all if grant.grant_id == grant_id)

    def life(self, grant_id: str) -> Life:
        """Return what is known of a grant now."""
        return self.grants.life(self.grant(grant_id))

    # -- The world -------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Return the time."""
        return self.world.clock.utc()

    def pass_time(self, span: timedelta) -> None:
        """Let time pass."""
        self.world.clock.advance(span.total_seconds())

    def zone(self, lock_id: int) -> tzinfo:
        """Return the zone of a lock."""
        return timezone(timedelta(seconds=self.world.lock(lock_id).raw_offset))

    def opens(self, lock: VirtualLock, kind: CredentialKind, credential_id: int) -> bool:
        """Return whether the door would open now for a credential of the cloud's table."""
        row = self.row(lock, kind, credential_id)
        return row is not None and self.opens_for(lock, kind, number_of(row))

    def opens_for(self, lock: VirtualLock, kind: CredentialKind, number: str) -> bool:
        """Return whether the door would open now for digits, a card, ...; for an ekey: the account's number."""
        if kind is CredentialKind.PASSCODE:
            return lock.code_would_open(number)
        if kind is CredentialKind.EKEY:
            ekey = self.world.ekey(int(number), lock.lock_id)
            return ekey is not None and ekey.valid(self.world.clock.now_ms())
        return lock.would_open(DoorKind(kind.value), number)

    def row(self, lock: VirtualLock, kind: CredentialKind, credential_id: int) -> Any:
        """Return what the cloud has written down about a credential."""
        return self.rows(lock, kind).get(credential_id)

    def rows(self, lock: VirtualLock, kind: CredentialKind) -> dict[int, Any]:
        """Return the cloud's table of a kind."""
        if kind is CredentialKind.EKEY:
            return {ekey.key_id: ekey for ekey in self.world.ekeys_for(lock.lock_id) if not ekey.admin}
        row = self.world.rows[lock.lock_id]
        if kind is CredentialKind.PASSCODE:
            return dict(row.passcodes)
        return dict(row.credentials[DoorKind(kind.value)])

    @contextmanager
    def undisturbed(self) -> Generator[None]:
        """Put the faults aside for a while."""
        faults, self.world.faults = self.world.faults, Faults()
        try:
            yield
        finally:
            self.world.faults = faults

    def break_lists_once_sent(self, kind: str, fields: tuple[str, ...] = ()) -> None:
        """Put a fault in the way of lists as soon as something is being sent for the first time."""

        def begin(grant: Grant) -> None:
            if grant.stage is Stage.SENDING and grant.attempts == 0:
                self.world.faults.add(Fault(kind=kind, path="*/list*", fields=fields))

        self.grants.on_change(begin)

    # -- The vendor's app, in the hand of somebody with the same account -------------------------------------------

    async def app_deletes(self, lock_id: int, kind: CredentialKind, credential_id: int) -> None:
        """Take a credential off."""
        await Vendor(self.phone, self.zone).delete(lock_id, kind, credential_id)

    async def app_changes(self, lock_id: int, kind: CredentialKind, credential_id: int, change: Change) -> None:
        """Change a credential."""
        app = Vendor(self.phone, self.zone)
        table = await app.table(lock_id, kind)
        shown = next(item for item in table.items if item.credential_id == credential_id)
        await app.change(lock_id, shown, change)

    # -- Inside ----------------------------------------------------------------------------------------------------

    def _engine(self) -> Grants:
        vendor = Vendor(self.client, self.zone)
        return Grants(vendor, self.zone, self._save, self.world.clock.utc)

    async def _save(self, grants: Iterable[Grant]) -> None:
        self.breaker.point()
        self.journal = to_json(grants)
        self.breaker.point()

    def _client[T: Transport](self, session: aiohttp.ClientSession, token: Token, transport: type[T]) -> CloudClient:
        made = transport(
            session,
            self.server.url,
            self.world.application.client_id,
            Tokens(token),
            clock=self.world.clock.now,
            sleep=_no_pause,
        )
        if isinstance(made, BreakableTransport):
            made.breaker = self.breaker
        return CloudClient(made)


async def _no_pause(seconds: float) -> None:
    """Go on at once."""
    await asyncio.sleep(0)


def number_of(row: Any) -> str:
    """Return what opens the door: digits, the number of a card, ... or the account that holds an ekey."""
    return str(getattr(row, "digits", None) or getattr(row, "number", None) or row.uid)
