"""Whatever a lock answers, nothing but an error of the client comes out."""

from contextlib import suppress
from datetime import UTC

from hypothesis import given, strategies as st

from custom_components.ttlock.client.ble import pairing
from custom_components.ttlock.client.ble.operations import control
from custom_components.ttlock.client.ble.topics.base import OPERATIONS
from custom_components.ttlock.client.errors import TTLockError, error_from_lock

from .calls import CALLS, make
from .conversation_script import NOW, Script, scripted

REPLIES = st.lists(
    st.one_of(
        st.binary(max_size=40),
        # The beginning that most replies have lets the noise get further.
        st.builds(lambda operation, rest: bytes((88, operation)) + rest, st.integers(1, 7), st.binary(max_size=40)),
        st.builds(error_from_lock, st.integers(0, 255)),
    ),
    max_size=6,
)


def test_every_method_is_called() -> None:
    assert set(CALLS) == set(OPERATIONS)


@given(name=st.sampled_from(sorted(CALLS)), replies=REPLIES)
async def test_no_answer_brings_anything_but_an_error_of_the_client(
    name: str, replies: list[bytes | TTLockError]
) -> None:
    lock, script = scripted(*replies)
    with suppress(TTLockError):
        await make(CALLS[name], lock)
    assert len(script.asked) < 20


@given(replies=REPLIES)
async def test_no_answer_while_pairing_brings_anything_but_an_error_of_the_client(
    replies: list[bytes | TTLockError],
) -> None:
    script = Script([b"\x07" * 16, b"SCIENER", *replies])
    with suppress(TTLockError):
        await pairing.pair(script, name="Front door", clock=lambda: NOW)


@given(data=st.binary(max_size=40))
def test_no_push_brings_anything_but_an_error_of_the_client(data: bytes) -> None:
    with suppress(TTLockError):
        control.read_push(data, UTC)
