"""Wishes of every kind, for a house at its present moment."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity, ValidityKind, passcode_validity
from custom_components.ttlock.client.cyclic import CyclicWindow, weekly
from custom_components.ttlock.client.ekeys import EkeyRequest
from custom_components.ttlock.client.grants import Wish
from custom_components.ttlock.client.models import PasscodeKind

from .house import House

HOUR = timedelta(hours=1)

CODES = ("482915", "7390416", "60481537")
CARDS = ("2882343476", "1723612399")
QR_NUMBERS = ("75555", "86420")
FACES = ("ABCD" * 8, "0123" * 8)
RECEIVERS = ("guest@example.com", "landlord@example.com", "new-tenant@example.com")

starts = st.sampled_from([-HOUR, timedelta(0), 2 * HOUR, timedelta(days=1)])
lengths = st.sampled_from([HOUR, 5 * HOUR, timedelta(days=2), timedelta(days=40)])
odd_seconds = st.sampled_from([timedelta(0), timedelta(seconds=17, microseconds=123_456)])


@st.composite
def periods(draw: st.DrawFn, now: datetime) -> Validity:
    """Return a period around now."""
    start = now + draw(starts) + draw(odd_seconds)
    return Validity.period(start, start + draw(lengths))


@st.composite
def windows(draw: st.DrawFn) -> tuple[CyclicWindow, ...]:
    """Return weekly windows, the same on each of some days."""
    days = draw(st.sampled_from([{1}, {1, 2, 3, 4, 5}, {6, 7}, {1, 4}]))
    first, last = draw(st.sampled_from([(0, 24 * 60), (9 * 60, 11 * 60), (11 * 60, 20 * 60)]))
    return weekly(days, first, last)


@st.composite
def lasting(draw: st.DrawFn, now: datetime) -> Validity:
    """Return any validity of what a lock stores."""
    match draw(st.sampled_from(["permanent", "period", "cyclic"])):
        case "permanent":
            return Validity.permanent()
        case "period":
            return draw(periods(now))
    end = now + draw(lengths) if draw(st.booleans()) else None
    return Validity.cyclic(draw(windows()), None if end is None else now - HOUR, end)


@st.composite
def random_codes(draw: st.DrawFn, house: House, lock_id: int, label: str) -> Wish:
    """Return a passcode that the cloud makes."""
    kind = draw(
        st.sampled_from(
            [
                PasscodeKind.PERMANENT,
                PasscodeKind.PERIOD,
                PasscodeKind.ONE_TIME,
                PasscodeKind.DAILY,
                PasscodeKind.MONDAY,
            ]
        )
    )
    hour = house.now.replace(minute=0, second=0, microsecond=0)
    start = hour + draw(starts)
    end: datetime | None = None
    if kind is PasscodeKind.PERIOD:
        end = start + draw(lengths)
    elif kind.is_cyclic:
        start = house.now.astimezone(house.zone(lock_id)).replace(hour=9, minute=0, second=0, microsecond=0)
        end = start + draw(st.sampled_from([2 * HOUR, 8 * HOUR]))
    validity = passcode_validity(kind, start, end, house.zone(lock_id))
    return Wish(
        kind=CredentialKind.PASSCODE, lock_id=lock_id, label=label, validity=validity, number=None, passcode_kind=kind
    )


@st.composite
def wishes(draw: st.DrawFn, house: House, lock_id: int, label: str) -> Wish:
    """Return a wish for any credential that the cloud can put on a lock."""
    now = house.now

    def wish(kind: CredentialKind, validity: Validity, number: str | None = None, **more: object) -> Wish:
        secret = None if number is None else Secret(number)
        return Wish(kind=kind, lock_id=lock_id, label=label, validity=validity, number=secret, **more)  # type: ignore[arg-type]

    match draw(st.sampled_from(["code", "code", "random", "random", "card", "face", "qr", "own_qr", "ekey"])):
        case "code":
            validity = draw(st.one_of(st.just(Validity.permanent()), periods(now)))
            return wish(CredentialKind.PASSCODE, validity, draw(st.sampled_from(CODES)))
        case "random":
            return draw(random_codes(house, lock_id, label))
        case "card":
            return wish(
                CredentialKind.CARD,
                draw(lasting(now)),
                draw(st.sampled_from(CARDS)),
                reversed_number=draw(st.booleans()),
            )
        case "face":
            return wish(CredentialKind.FACE, draw(lasting(now)), face=Secret(draw(st.sampled_from(FACES))))
        case "qr":
            return wish(CredentialKind.QR_CODE, draw(lasting(now)), refresh_minutes=10)
        case "own_qr":
            return wish(CredentialKind.QR_CODE, draw(lasting(now)), draw(st.sampled_from(QR_NUMBERS)))
    validity = draw(st.one_of(st.just(Validity.permanent()), periods(now)))
    request = EkeyRequest(
        receiver=draw(st.sampled_from(RECEIVERS)),
        name=label,
        start=validity.start,
        end=validity.end,
        create_user=True,
    )
    return wish(CredentialKind.EKEY, validity, ekey=request)


def other_validity(house: House, kind: ValidityKind) -> st.SearchStrategy[Validity]:
    """Return validities to which one of a kind can be changed."""
    if kind is ValidityKind.CYCLIC:
        return windows().map(lambda found: Validity.cyclic(found, house.now, house.now + timedelta(days=30)))
    return periods(house.now)
