"""An open link: pieces of frames back and forth, with the time they take and the faults in their way."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import cycle
import math
from typing import TYPE_CHECKING

from .codec import HEAD, TERMINATOR, Intake
from .dispatch import Answer, Dispatcher
from .faults import Piece
from .peripheral import (
    NOTIFY,
    PIECE,
    WRITE,
    AttributeMissing,
    LinkLost,
    Packet,
    RadioError,
    Service,
)
from .session import Code, Session
from .timing import Timer

if TYPE_CHECKING:
    from .lockradio import LockRadio

_ATT = 3
PACKETS_KEPT = 10_000
SILENCE_SECONDS = 1.0
"""A frame whose end does not come within this time is given up; our guess."""


class _Way:
    """One direction of a link: what is sent arrives in order, at connection events."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._queue: deque[tuple[float, Callable[[], None]]] = deque()
        self._event = -1
        self._used = 0

    def send(self, arrive: Callable[[], None], *, not_before: float = 0.0) -> None:
        when = self._slot(not_before)
        self._queue.append((when, arrive))
        if when <= self._link.now():
            asyncio.get_running_loop().call_soon(self._arrivals)
        else:
            self._link.call_at(when, self._arrivals)

    def _slot(self, not_before: float) -> float:
        pace, now = self._link.pace, max(self._link.now(), not_before)
        if not pace.interval:
            return now
        event = math.floor((now - self._link.opened) / pace.interval + 1e-9) + 1
        event = max(event, self._event)
        if event == self._event and self._used >= pace.pieces_per_event:
            event += 1
        self._used = self._used + 1 if event == self._event else 1
        self._event = event
        return self._link.opened + event * pace.interval

    def _arrivals(self) -> None:
        while self._queue and self._queue[0][0] <= self._link.now() + 1e-9:
            self._queue.popleft()[1]()


class _Frame:
    """Where in a frame the next piece belongs."""

    def __init__(self) -> None:
        self.opcode: int | None = None
        self.number = -1
        self.offset = 0
        self.total = 0
        self._next = 0

    def place(self, data: bytes, *, to_lock: bool, opcode: int | None = None) -> Piece:
        if self._next >= self.total:
            self.number, self._next = -1, 0
            self.opcode = data[9] if opcode is None and len(data) >= HEAD else opcode
            self.total = HEAD + data[HEAD - 1] + 1 + len(TERMINATOR) if len(data) >= HEAD else len(data)
        self.number += 1
        self.offset, self._next = self._next, self._next + len(data)
        return Piece(
            data=data,
            to_lock=to_lock,
            opcode=self.opcode,
            number=self.number,
            offset=self.offset,
            total=self.total,
        )


class Link:
    """A connection to a virtual lock."""

    def __init__(self, radio: LockRadio) -> None:
        """Open it; the radio has seen to it that it may."""
        self.radio = radio
        self.pace = radio.pace
        self.opened = radio.time.now()
        self.on_disconnect: Callable[[], None] | None = None
        self.mtu = PIECE + _ATT
        self._connected = True
        self._packets: deque[Packet] = deque(maxlen=PACKETS_KEPT)
        self._to_lock, self._to_client = _Way(self), _Way(self)
        self._out, self._in = _Frame(), _Frame()
        self._intake = Intake()
        self._last_piece = self.opened
        self._dispatcher = Dispatcher(Session(radio, self))
        self._subscribers: dict[str, Callable[[bytes], None]] = {}
        self._waiting: set[asyncio.Future[None]] = set()
        self._timers: set[Timer] = set()
        self._busy = False
        self._afterwards: list[tuple[float, Callable[[], None], bool]] = []
        self._was_read = False
        self._idle: Timer | None = None
        self._sizes = cycle(radio.fidelity.piece_sizes)
        self._touch()

    # --- what the client does -------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Say whether the link is there."""
        return self._connected

    @property
    def packets(self) -> list[Packet]:
        """Return what crossed the link so far."""
        return list(self._packets)

    @property
    def session(self) -> Session:
        """Return what the lock knows of this client."""
        return self._dispatcher.session

    async def established(self) -> None:
        """Wait until the link is up."""
        if self.pace.connect_seconds:
            await self._wait(self.pace.connect_seconds)
            self.opened = self.now()

    async def discover(self) -> tuple[Service, ...]:
        """Read the GATT table."""
        for _ in range(self.pace.discovery_exchanges if self.pace.interval else 0):
            await self._exchange(lambda: None)
        return self.radio.services

    async def write(self, characteristic: str, data: bytes, *, response: bool = False) -> None:
        """Write a piece of a frame."""
        self._check()
        if characteristic != WRITE:
            raise AttributeMissing(characteristic)
        if len(data) > self.mtu - _ATT:
            raise RadioError("longer than the MTU allows")
        piece = self._out.place(bytes(data), to_lock=True)
        if response:
            await self._exchange(lambda: self._written(piece))
        else:
            self._to_lock.send(lambda: self._written(piece))
            # The operating system takes the piece over; what it leads to comes later.
            await asyncio.sleep(0)

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        self._check()
        if (value := self.radio.values().get(characteristic)) is None:
            raise AttributeMissing(characteristic)
        await self._exchange(self._read)
        self._note(to_lock=False, data=value)
        return value

    async def subscribe(self, characteristic: str, callback: Callable[[bytes], None]) -> None:
        """Have notifications delivered."""
        self._check()
        if characteristic != NOTIFY:
            raise AttributeMissing(characteristic)
        await self._exchange(lambda: self._subscribers.update({characteristic: callback}))

    async def unsubscribe(self, characteristic: str) -> None:
        """Want no more notifications."""
        self._check()
        await self._exchange(lambda: self._subscribers.pop(characteristic, None))

    async def disconnect(self) -> None:
        """End the link."""
        self.drop()
        await asyncio.sleep(0)

    # --- what happens to the link ---------------------------------------------------------------------------

    def drop(self) -> None:
        """Let the link go: the client ended it, the lock did, or the radio failed."""
        if not self._connected:
            return
        self._connected = False
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._idle is not None:
            self._idle.cancel()
        for future in self._waiting:
            if not future.done():
                future.set_exception(LinkLost())
        self._waiting.clear()
        self.radio.link_ended(self)
        if self.on_disconnect is not None:
            self.on_disconnect()

    def send(self, opcode: int, frame: bytes) -> None:
        """Notify a frame, piece by piece."""
        while frame:
            size = next(self._sizes)
            self._notify(self._in.place(frame[:size], to_lock=False, opcode=opcode))
            frame = frame[size:]
            if not self._connected:
                return

    # --- what the session asks ------------------------------------------------------------------------------

    def push(self, opcode: int, data: bytes) -> None:
        """Send a frame that nobody asked for."""
        if self._connected:
            self.send(opcode, self._dispatcher.push(opcode, data))

    def refuse(self, opcode: int, code: Code) -> None:
        """Send a refusal some time after the request."""
        if self._connected:
            self.send(opcode, self._dispatcher.refusal(opcode, code))

    def later(self, seconds: float, act: Callable[[], None], *, patient: bool = False) -> None:
        """Let something follow the reply to the request that is being handled."""
        self._afterwards.append((seconds, act, patient))

    def soon(self, seconds: float, act: Callable[[], None]) -> None:
        """Let something happen in a while, unless the link is gone by then."""
        self.call_at(self.now() + seconds, act)

    def now(self) -> float:
        """Return the radio time."""
        return self.radio.time.now()

    def call_at(self, when: float, act: Callable[[], None], *, patient: bool = False) -> Timer:
        """Let something happen unless the link is gone by then."""
        if when <= self.now():
            return asyncio.get_running_loop().call_soon(lambda: act() if self._connected else None)
        timer: Timer | None = None

        def happen() -> None:
            if timer is not None:
                self._timers.discard(timer)
            if self._connected:
                act()

        timer = self.radio.time.call_at(when, happen, patient=patient)
        self._timers.add(timer)
        return timer

    # --- inside ---------------------------------------------------------------------------------------------

    def _check(self) -> None:
        if not self._connected:
            raise LinkLost

    async def _exchange(self, arrive: Callable[[], object]) -> None:
        """Send something to the lock and wait until it is confirmed."""
        self._check()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(done)

        def confirmed() -> None:
            if not done.done():
                done.set_result(None)

        def arrived() -> None:
            if self._connected:
                arrive()
                self._to_client.send(confirmed)

        self._to_lock.send(arrived)
        try:
            await done
        finally:
            self._waiting.discard(done)

    async def _wait(self, seconds: float) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(done)
        self.call_at(self.now() + seconds, lambda: None if done.done() else done.set_result(None))
        try:
            await done
        finally:
            self._waiting.discard(done)

    def _note(self, *, to_lock: bool, data: bytes) -> None:
        self._packets.append(Packet(at=self.now(), to_lock=to_lock, data=data))

    def _touch(self) -> None:
        """Start waiting for the next request anew (10.1)."""
        if self._idle is not None:
            self._idle.cancel()
        if (seconds := self.radio.fidelity.idle_seconds) is not None and self._connected:
            self._idle = self.radio.time.call_at(self.now() + seconds, self._fell_idle, patient=True)

    def _fell_idle(self) -> None:
        """Let the link go, unless the lock waits for somebody to show it a card or finger, which takes its time (5.9)."""
        if self.radio.present is not None:
            self._touch()
        else:
            self.drop()

    def _read(self) -> None:
        self._was_read = True

    def _written(self, piece: Piece) -> None:
        if not self._connected:
            return
        self._touch()
        outcome = self.radio.faults.strike(piece)
        if outcome.drop_before:
            self.drop()
            return
        if self.now() - self._last_piece > SILENCE_SECONDS:
            self._intake = Intake()
        self._last_piece = self.now()
        for data in outcome.arriving:
            self._note(to_lock=True, data=data)
            if self.radio.fidelity.needs_read and not self._was_read:
                continue
            for frame in self._intake.feed(data):
                # One request at a time (10.1).
                if not self._busy and (answer := self._dispatcher.answer(frame)) is not None:
                    self._reply(answer)
        if outcome.drop_after:
            self.drop()

    def _reply(self, answer: Answer) -> None:
        afterwards, self._afterwards = self._afterwards, []
        self.radio.requests += 1

        def go() -> None:
            self._busy = False
            for frame in answer.frames:
                self.send(answer.request, frame)
            for seconds, act, patient in afterwards:
                self.call_at(self.now() + seconds, act, patient=patient)
            if answer.ends:
                self._to_client.send(self.drop)

        if answer.seconds:
            self._busy = True
            self.call_at(self.now() + answer.seconds, go)
        else:
            go()

    def _notify(self, piece: Piece) -> None:
        if NOTIFY not in self._subscribers:
            return
        outcome = self.radio.faults.strike(piece)
        if outcome.drop_before:
            self._to_client.send(self.drop)
            return
        for data in outcome.arriving:
            self._to_client.send(lambda data=data: self._arrive(data))  # type: ignore[misc]
        if outcome.drop_after:
            self._to_client.send(self.drop)

    def _arrive(self, data: bytes) -> None:
        if self._connected and (callback := self._subscribers.get(NOTIFY)) is not None:
            self._note(to_lock=False, data=data)
            callback(data)
