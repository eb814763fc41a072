"""How true to which real lock a virtual one behaves (ttlock-ble-protocol.md 10.4); the defaults are the common case."""

from dataclasses import dataclass, field

from .peripheral import PIECE


@dataclass(slots=True, kw_only=True)
class Pace:
    """How fast a link is; by default everything happens within the same turn of the event loop."""

    interval: float = 0.0
    """Seconds between two connection events."""
    pieces_per_event: int = 4
    """How many pieces cross in one event and direction."""
    connect_seconds: float = 0.0
    """From the request for a link to the first event: the wait for an advertisement, and the set-up."""
    discovery_exchanges: int = 10


@dataclass(slots=True, kw_only=True)
class Enrolment:
    """How somebody at the door takes part when a credential is to be enrolled."""

    by_itself: bool = True
    """Fingers, cards and faces present themselves; else wait for `LockRadio.present`."""
    presses: int = 4
    seconds: float = 0.0
    """Between two presses, and until the card comes."""
    patience: float = 30.0
    """After so long without a touch the lock stops waiting, without a word (9.3)."""


@dataclass(slots=True, kw_only=True)
class Fidelity:
    """The switches."""

    dormant_after: float | None = None
    """Seconds after which the idle lock advertises as dormant, and does not say whether it is open (2.2)."""
    advertised_mac: str = ""
    """An address in the advertisement other than the lock's own."""
    extra_flags: int = 0
    """Flag bits nobody knows the meaning of, for instance 0x20."""
    forgive_textbook_crc: bool = True
    answer_bad_crc: bool = False
    """Answer a damaged frame with error 1; else ignore it."""
    answer_undecipherable: bool = False
    textbook_crc_replies: bool = False
    piece_sizes: tuple[int, ...] = (PIECE,)
    """Sizes of the notifications of a frame, in turn."""
    reply_seconds: float = 0.0
    motor_seconds: float = 0.0
    lost_connections: int = 0
    """So many connections break as soon as they are open."""
    needs_read: bool = False
    """Answers only after one read (9.1)."""
    refuse_foreign_header: bool = False
    """Does not answer frames whose version is not its own (3.2)."""
    short_unlock_reply: bool = False
    push_before_reply: bool = False
    """A push comes between each request and its reply."""
    intermediate: bool = False
    """Says "command received" before the reply (3.6)."""
    control_needs_user: bool = False
    """Does not move the bolt with the token of an admin (5.3)."""
    admin_without_admin: bool = False
    """Takes administration with nothing but a user's handshake."""
    stale_cursor: bool = False
    """Calls every place in its log but 0 and ffff stale (5.7)."""
    records_per_page: int = 1
    idle_seconds: float | None = 5.0
    awake_seconds: float = 12.0
    """For so long a touch keeps the lock awake."""
    enrolment: Enrolment = field(default_factory=Enrolment)
