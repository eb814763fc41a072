"""Nothing that anybody sends harms a virtual lock."""

from hypothesis import given, settings, strategies as st

from simulator import World
from simulator.radio.air import Air
from simulator.radio.codec import DEFAULT_KEY, Intake, build, seal
from simulator.radio.dispatch import Dispatcher
from simulator.radio.lockradio import LockRadio
from simulator.radio.session import Level, Session
from simulator.radio.table import OPERATIONS


class Mute:
    """A channel on which nothing is said."""

    def push(self, opcode: int, data: bytes) -> None: ...

    def refuse(self, opcode: int, code: object) -> None: ...

    def later(self, seconds: float, act: object, *, patient: bool = False) -> None: ...

    def soon(self, seconds: float, act: object) -> None: ...


def open_lock() -> LockRadio:
    world = World.load()
    world.clock.freeze()
    radio = Air(world).lock("front_door")
    radio.lock.add_feature(*(bit for bit in range(127) if bit not in {20, 63, 66}))
    return radio


RADIO = open_lock()
REQUESTS = st.tuples(
    st.sampled_from(sorted(OPERATIONS.keys() - {0x52})),
    st.one_of(
        st.binary(max_size=40),
        st.tuples(st.integers(0, 8), st.binary(max_size=30)).map(lambda parts: bytes([parts[0]]) + parts[1]),
    ),
)


@settings(max_examples=150)
@given(st.lists(REQUESTS, min_size=1, max_size=12))
def test_every_request_is_answered_whatever_it_says(requests: list[tuple[int, bytes]]) -> None:
    RADIO.present, RADIO.lock.battery = None, 90
    session = Session(RADIO, Mute())
    session.level, session.proved, session.token = Level.ADMIN, True, 1
    dispatcher = Dispatcher(session)
    for opcode, data in requests:
        RADIO.lock.owned, RADIO.lock.frozen, session.level, session.proved = True, False, Level.ADMIN, True
        operation = OPERATIONS[opcode]
        key = DEFAULT_KEY if operation.default_key else RADIO.key
        (frame,) = Intake().feed(build(RADIO.header, opcode, seal(data, key)))
        assert dispatcher.answer(frame) is not None


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=60), max_size=20))
def test_noise_is_met_with_silence(pieces: list[bytes]) -> None:
    intake, dispatcher = Intake(), Dispatcher(Session(RADIO, Mute()))
    for piece in pieces:
        for frame in intake.feed(piece):
            assert dispatcher.answer(frame) is None
