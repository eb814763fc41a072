"""The plan for putting the credentials of one lock on another, without a cloud."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import event, given, strategies as st
import pytest

from custom_components.ttlock.client import Feature, Features, Secret
from custom_components.ttlock.client.accessories import WirelessKeypad
from custom_components.ttlock.client.clone import Item, Original, Target, plan
from custom_components.ttlock.client.credentials import (
    Credential,
    CredentialKind,
    EkeyCredential,
    PasscodeCredential,
    QrCode,
    Validity,
    ValidityKind,
    credential_of_ekey,
    credential_of_passcode,
)
from custom_components.ttlock.client.cyclic import weekly
from custom_components.ttlock.client.ekeys import SharedEkey
from custom_components.ttlock.client.errors import DeviceUnreachable
from custom_components.ttlock.client.grants import Wish
from custom_components.ttlock.client.models import CredentialStatus, EkeyStatus, Passcode, PasscodeKind

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
OLD, NEW = 7252401, 7252402
EVERYTHING = Features(
    sum(
        1 << bit
        for bit in (Feature.PASSCODE, Feature.CARD, Feature.CYCLIC_CARD, Feature.CUSTOM_QR_CODE, Feature.PASSAGE_MODE)
    )
)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WORKDAYS = weekly(range(1, 6), 480, 1080)


def target(*shown: Credential, **fields: Any) -> Target:
    """Return a lock that takes everything."""
    return Target(**{"lock_id": NEW, "zone": ROME, "features": EVERYTHING, "credentials": shown, **fields})


def passcode(
    number: int = 1,
    digits: str | None = "482915",
    kind: PasscodeKind = PasscodeKind.PERMANENT,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    random: bool = False,
    status: CredentialStatus = CredentialStatus.NORMAL,
) -> PasscodeCredential:
    """Return a passcode of the table."""
    return credential_of_passcode(
        Passcode(
            passcode_id=number,
            code=None if digits is None else Secret(digits),
            name=f"Code {number}",
            kind=kind,
            start=start,
            end=end,
            sender=None,
            status=status,
            created=NOW - 30 * DAY,
            is_random=random,
        ),
        ROME,
    )


def ekey(
    number: int = 1,
    username: str | None = "guest@example.com",
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    status: EkeyStatus = EkeyStatus.NORMAL,
    may_manage: bool = False,
    remote_unlock: bool | None = True,
) -> EkeyCredential:
    """Return an ekey of the table."""
    return credential_of_ekey(
        SharedEkey(
            key_id=number,
            lock_id=OLD,
            name=f"Ekey {number}",
            username=username,
            account_id=None,
            status=status,
            start=start,
            end=end,
            may_manage=may_manage,
            remote_unlock=remote_unlock,
            sender=None,
            remarks="a note",
            created=NOW - 30 * DAY,
        )
    )


def other(
    kind: CredentialKind,
    number: int = 1,
    digits: str | None = "1723612378",
    validity: Validity | None = None,
    status: CredentialStatus = CredentialStatus.NORMAL,
) -> Credential:
    """Return a card, fingerprint, ... of the table."""
    return Credential(
        kind=kind,
        credential_id=number,
        name=f"{kind} {number}",
        number=None if digits is None else Secret(digits),
        validity=validity or Validity.permanent(),
        status=status,
        created=NOW - 30 * DAY,
        sender=None,
    )


def card(number: int = 1, digits: str | None = "1723612378", validity: Validity | None = None) -> Credential:
    """Return a card of the table."""
    return other(CredentialKind.CARD, number, digits, validity)


def qr_code(digits: str = "1763717400", validity: Validity | None = None, *, custom: bool = True) -> QrCode:
    """Return a QR code of the table."""
    return QrCode(
        kind=CredentialKind.QR_CODE,
        credential_id=1,
        name="QR code",
        number=Secret(digits),
        validity=validity or Validity.permanent(),
        status=CredentialStatus.NORMAL,
        created=NOW - 30 * DAY,
        sender=None,
        link=None,
        refresh_minutes=10,
        is_custom=custom,
    )


def one(shown: Credential, there: Target | None = None, **fields: Any) -> Item:
    """Return what becomes of one credential."""
    original = Original(**{"zone": ROME, "credentials": (shown,), **fields})
    (item,) = plan(original, there or target(), NOW)
    return item


def reason(item: Item) -> str | None:
    """Return the word of the reason for which something is left out."""
    return None if item.reason is None else item.reason.reason


# -- What carries over ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "validity", "kind"),
    [
        (passcode(), Validity.permanent(), PasscodeKind.PERMANENT),
        # The list gives the day it was made as start.
        (passcode(start=NOW - 30 * DAY), Validity.permanent(), PasscodeKind.PERMANENT),
        (
            passcode(kind=PasscodeKind.PERIOD, start=NOW, end=NOW + DAY + timedelta(seconds=30)),
            Validity.period(NOW, NOW + DAY),
            PasscodeKind.PERIOD,
        ),
        (passcode(start=NOW - HOUR, random=True), Validity.permanent(), PasscodeKind.PERMANENT),
        # A random passcode knows full hours only.
        (
            passcode(kind=PasscodeKind.PERIOD, start=NOW, end=NOW + DAY, random=True),
            Validity.period(NOW - HOUR / 2, NOW + DAY - HOUR / 2),
            PasscodeKind.PERIOD,
        ),
    ],
    ids=["permanent", "permanent with start", "period", "random permanent", "random period"],
)
def test_digits_become_digits_of_our_own(shown: PasscodeCredential, validity: Validity, kind: PasscodeKind) -> None:
    wish = one(shown).wish
    assert wish
    assert (wish.lock_id, wish.label, wish.number) == (NEW, "Code 1", Secret("482915"))
    assert (wish.validity, wish.passcode_kind) == (validity, kind)


def test_an_ekey_is_sent_again_to_its_receiver_with_all_it_may() -> None:
    wish = one(ekey(start=NOW, end=NOW + DAY, may_manage=True)).wish
    assert wish and wish.ekey
    assert (wish.ekey.receiver, wish.ekey.name, wish.ekey.remarks) == ("guest@example.com", "Ekey 1", "a note")
    assert (wish.ekey.start, wish.ekey.end) == (NOW, NOW + DAY)
    assert wish.ekey.remote_unlock and wish.ekey.may_manage
    assert not wish.ekey.create_user
    plain = one(ekey(may_manage=True, remote_unlock=None), target(is_admin=False)).wish
    assert plain and plain.ekey
    assert (plain.ekey.may_manage, plain.ekey.remote_unlock) == (False, False)


def test_cards_and_custom_qr_codes_keep_number_and_hours() -> None:
    validity = Validity.cyclic(WORKDAYS, NOW, NOW + 30 * DAY)
    for shown in (card(validity=validity), qr_code(validity=validity)):
        wish = one(shown).wish
        assert wish
        assert (wish.kind, wish.number, wish.validity) == (shown.kind, shown.number, validity)
        assert not wish.reversed_number


def test_what_began_and_has_no_end_is_permanent() -> None:
    wish = one(card(validity=Validity(kind=ValidityKind.PERIOD, start=NOW - DAY))).wish
    assert wish
    assert wish.validity == Validity.permanent()


# -- What cannot, and why ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "word"),
    [
        (other(CredentialKind.FINGERPRINT), "fingerprint_stays"),
        (other(CredentialKind.FACE), "face_stays"),
        (other(CredentialKind.PALM_VEIN), "palm_vein_stays"),
        (other(CredentialKind.REMOTE), "remote_stays"),
        (passcode(kind=PasscodeKind.ONE_TIME, start=NOW, random=True), "one_time_passcode_stays"),
        (passcode(kind=PasscodeKind.ERASE, start=NOW, random=True), "erase_passcode_stays"),
        (passcode(kind=PasscodeKind.DAILY, start=NOW, end=NOW + HOUR, random=True), "weekly_passcode_stays"),
        (passcode(kind=PasscodeKind.UNKNOWN), "validity_unknown"),
        (passcode(kind=PasscodeKind.PERIOD, start=NOW - DAY, end=NOW), "already_expired"),
        (passcode(kind=PasscodeKind.PERIOD, start=NOW - DAY, end=NOW + HOUR / 4, random=True), "already_expired"),
        (passcode(status=CredentialStatus.DELETING), "already_removed"),
        (passcode(status=CredentialStatus.ADD_FAILED), "never_delivered"),
        (passcode(status=CredentialStatus.INVALID), "already_expired"),
        (passcode(digits=None), "number_not_shown"),
        (passcode(digits="123456"), "passcode_too_simple"),
        (passcode(digits="482"), "passcode_length"),
        (passcode(digits="48*15"), "passcode_digits"),
        (passcode(start=NOW + DAY, random=True), "lasting_from_later"),
        (card(digits="12:AB"), "card_digits"),
        (card(validity=Validity(kind=ValidityKind.PERIOD, end=NOW + DAY)), "period_missing"),
        (card(validity=Validity.cyclic(weekly({1}, 600, 480))), "cyclic_times"),
        (qr_code(custom=False), "random_qr_code_stays"),
        (qr_code(digits="65535"), "qr_code_number"),
        (ekey(username=None), "receiver_unknown"),
        (ekey(username="owner@example.com"), "receiver_is_self"),
        (ekey(status=EkeyStatus.FROZEN), "ekey_frozen"),
        (ekey(status=EkeyStatus.DELETED), "already_removed"),
        (ekey(start=NOW - DAY, end=NOW), "already_expired"),
        (ekey(start=NOW + DAY), "lasting_from_later"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_copied_says_why(shown: Credential, word: str) -> None:
    item = one(shown, target(username="owner@example.com"))
    assert (reason(item), item.wish, item.carries) == (word, None, False)


def test_a_random_passcode_that_was_not_used_in_time_stays_dead() -> None:
    item = one(passcode(7, start=NOW - 3 * DAY, random=True), died=frozenset({7}))
    assert reason(item) == "random_passcode_unused_in_time"


def test_keypads_are_named_and_stay() -> None:
    keypad = WirelessKeypad(keypad_id=3, name="Porch", number="1", mac=None, battery=None)
    (item,) = plan(Original(zone=ROME, keypads=(keypad,)), target(), NOW)
    assert (item.kind, item.credential_id, item.name, reason(item)) == ("wireless_keypad", 3, "Porch", "keypad_stays")


@pytest.mark.parametrize(
    ("shown", "there", "word"),
    [
        (passcode(), {"may_manage": False}, "not_permitted"),
        (ekey(), {"may_manage": False}, "not_permitted"),
        (passcode(), {"features": Features(1 << Feature.CARD)}, "no_passcodes"),
        (card(), {"features": Features(1 << Feature.PASSCODE)}, "no_cards"),
        (card(validity=Validity.cyclic(WORKDAYS)), {"features": Features(1 << Feature.CARD)}, "no_weekly_hours"),
        (qr_code(), {"features": Features(1 << Feature.QR_CODE)}, "no_custom_qr_codes"),
        (passcode(), {"obstacle": DeviceUnreachable("no_gateway")}, "no_gateway"),
        (card(validity=Validity.cyclic(WORKDAYS)), {"zone": UTC}, "zones_differ"),
        (ekey(), {"own_end": NOW + DAY}, "own_ekey_shorter"),
        (ekey(start=NOW, end=NOW + 2 * DAY), {"own_end": NOW + DAY}, "own_ekey_shorter"),
        (
            passcode(kind=PasscodeKind.PERIOD, start=NOW, end=NOW + DAY),
            {"features": Features(EVERYTHING.value | 1 << Feature.NO_CLOCK)},
            "no_clock",
        ),
    ],
)
def test_what_the_new_lock_cannot_take_says_why(shown: Credential, there: dict[str, Any], word: str) -> None:
    assert reason(one(shown, target(**there))) == word


@pytest.mark.parametrize(
    ("shown", "there"),
    [
        (ekey(), {"obstacle": DeviceUnreachable("no_gateway")}),
        (ekey(), {"features": Features(1 << Feature.NO_CLOCK)}),
        (ekey(start=NOW, end=NOW + DAY), {"own_end": NOW + DAY}),
        (passcode(kind=PasscodeKind.PERIOD, start=NOW, end=NOW + DAY), {"zone": UTC}),
        (passcode(), {"features": Features()}),
        (passcode(), {"features": Features(EVERYTHING.value | 1 << Feature.NO_CLOCK)}),
    ],
)
def test_what_does_not_matter_is_no_reason(shown: Credential, there: dict[str, Any]) -> None:
    assert one(shown, target(**there)).wish


# -- What the new lock has already ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown",
    [passcode(), passcode(kind=PasscodeKind.PERIOD, start=NOW, end=NOW + DAY), card(), qr_code(), ekey()],
    ids=lambda shown: shown.kind.value,
)
def test_what_is_there_is_done_even_where_nothing_could_be_added(shown: Credential) -> None:
    there = replace(shown, credential_id=99, name="Another name")
    item = one(shown, target(there, obstacle=DeviceUnreachable("no_gateway")))
    assert (item.there, item.wish, item.carries) == (there, None, True)


@pytest.mark.parametrize(
    ("shown", "there", "word"),
    [
        (passcode(), passcode(9, kind=PasscodeKind.PERIOD, start=NOW, end=NOW + DAY), "passcode_exists"),
        (passcode(), passcode(9, status=CredentialStatus.DELETING), "passcode_exists"),
        (card(), card(9, validity=Validity.period(NOW, NOW + DAY)), "card_exists"),
        (qr_code(), qr_code(validity=Validity.period(NOW, NOW + DAY)), "qr_code_exists"),
        (ekey(), ekey(9, start=NOW, end=NOW + DAY), "receiver_has_ekey"),
        (ekey(), ekey(9, status=EkeyStatus.FROZEN), "receiver_has_ekey"),
    ],
)
def test_what_is_in_the_way_is_not_overwritten(shown: Credential, there: Credential, word: str) -> None:
    assert reason(one(shown, target(there))) == word


def test_a_full_keypad_takes_as_many_as_it_has_room_for() -> None:
    there = [passcode(number, str(100200 + 7 * number)) for number in range(248)]
    shown = tuple(passcode(number, str(500300 + 7 * number)) for number in range(4))
    items = plan(Original(zone=ROME, credentials=shown), target(*there), NOW)
    assert [reason(item) for item in items] == [None, None, "passcode_memory_full", "passcode_memory_full"]


# -- For any two locks ---------------------------------------------------------------------------------------------

moments = st.integers(-400, 400).map(lambda hours: NOW + hours * HOUR / 3)
validities = st.one_of(
    st.just(Validity.permanent()),
    st.builds(Validity.period, moments, moments),
    st.builds(
        lambda days, times, start: Validity.cyclic(weekly(days, *times), start, start + 10 * DAY if start else None),
        st.sets(st.integers(1, 7), min_size=1),
        st.tuples(st.integers(0, 1440), st.integers(0, 1440)),
        st.none() | moments,
    ),
    st.just(Validity(kind=ValidityKind.UNKNOWN)),
)
# Few numbers, so that the same ones meet.
NUMBERS = ["482915", "592846", "730184", "123456", "70000", "70001"]
digits = st.sampled_from([*NUMBERS, None])
statuses = st.sampled_from([*[CredentialStatus.NORMAL] * 10, *CredentialStatus])
ids = st.integers(1, 10**6)
passcodes = st.builds(
    passcode,
    ids,
    digits,
    st.sampled_from(PasscodeKind),
    st.none() | moments,
    st.none() | moments,
    random=st.booleans(),
    status=statuses,
)
ekeys = st.builds(
    ekey,
    ids,
    st.sampled_from(["guest@example.com", "owner@example.com", "cleaner@example.com", None]),
    st.none() | moments,
    st.none() | moments,
    status=st.sampled_from([*[EkeyStatus.NORMAL] * 5, *EkeyStatus]),
    may_manage=st.booleans(),
)
others = st.builds(
    other,
    st.sampled_from([CredentialKind.FINGERPRINT, CredentialKind.FACE, CredentialKind.PALM_VEIN, CredentialKind.REMOTE]),
    ids,
    digits,
    validities,
    statuses,
)
cards = st.builds(other, st.just(CredentialKind.CARD), ids, digits, validities, statuses)
qr_codes = st.builds(
    lambda shown, number: replace(shown, credential_id=number),
    st.builds(qr_code, st.sampled_from(NUMBERS), validities, custom=st.booleans()),
    ids,
)
credentials = st.one_of(passcodes, ekeys, cards, qr_codes, others)


def tables(*, least: int, most: int) -> st.SearchStrategy[tuple[Credential, ...]]:
    """Return the tables of a lock with so many credentials."""
    unique = st.lists(
        credentials, min_size=least, max_size=most, unique_by=lambda item: (item.kind, item.credential_id)
    )
    return unique.map(tuple)


zones: st.SearchStrategy[tzinfo] = st.sampled_from([ROME, ROME, ROME, timezone(timedelta(hours=8))])
originals = st.builds(
    Original,
    zone=zones,
    credentials=tables(least=6, most=12),
    keypads=st.lists(
        st.builds(WirelessKeypad, keypad_id=ids, name=st.none(), number=st.none(), mac=st.none(), battery=st.none()),
        max_size=2,
        unique_by=lambda keypad: keypad.keypad_id,
    ).map(tuple),
    died=st.frozensets(ids, max_size=2),
)
targets = st.builds(
    Target,
    lock_id=st.just(NEW),
    zone=zones,
    features=st.sampled_from([EVERYTHING, EVERYTHING, Features(), Features(1), Features(3)]),
    credentials=tables(least=0, most=4),
    obstacle=st.sampled_from([None, None, None, DeviceUnreachable("no_gateway")]),
    may_manage=st.sampled_from([True, True, True, False]),
    is_admin=st.booleans(),
    username=st.none() | st.just("owner@example.com"),
    own_end=st.none() | moments,
)


def shape(items: tuple[Item, ...]) -> list[tuple[object, ...]]:
    """Return what can be compared of a plan."""
    return [(item.kind, item.credential_id, item.wish, item.there, reason(item)) for item in items]


@given(originals, targets)
def test_every_credential_appears_once_with_one_fate(original: Original, there: Target) -> None:
    items = plan(original, there, NOW)
    sources = [(item.kind.value, item.credential_id) for item in original.credentials]
    sources += [("wireless_keypad", keypad.keypad_id) for keypad in original.keypads]
    assert Counter((item.kind.value, item.credential_id) for item in items) == Counter(sources)
    for item in items:
        fates = [item.wish is not None, item.there is not None, item.reason is not None]
        assert fates.count(True) == 1


@given(originals, targets)
def test_no_two_wishes_want_the_same_number_and_none_wants_one_that_is_taken(original: Original, there: Target) -> None:
    wishes = [item.wish for item in plan(original, there, NOW) if item.wish]
    numbers = [(wish.kind, wish.number and wish.number.reveal()) for wish in wishes if not wish.ekey]
    receivers = [wish.ekey.receiver for wish in wishes if wish.ekey]
    assert max(Counter(numbers).values(), default=0) <= 1
    assert max(Counter(receivers).values(), default=0) <= 1
    taken = {(item.kind, item.number and item.number.reveal()) for item in there.credentials if item.number}
    assert not taken.intersection(numbers)
    assert not {item.username for item in there.credentials if isinstance(item, EkeyCredential)}.intersection(receivers)


@given(originals, targets, st.randoms(use_true_random=False))
def test_the_plan_depends_on_nothing_but_the_two_locks(original: Original, there: Target, random: Any) -> None:
    credentials, keypads = list(original.credentials), list(original.keypads)
    random.shuffle(credentials)
    random.shuffle(keypads)
    shuffled = replace(original, credentials=tuple(credentials), keypads=tuple(keypads))
    assert shape(plan(shuffled, there, NOW)) == shape(plan(original, there, NOW))


@given(originals, targets, st.lists(st.integers(0, 400 * 24), min_size=1, max_size=20))
def test_a_wish_opens_exactly_when_its_original_does(original: Original, there: Target, steps: list[int]) -> None:
    shown = {(item.kind.value, item.credential_id): item for item in original.credentials}
    for item in plan(original, there, NOW):
        before = shown.get((item.kind.value, item.credential_id))
        if item.wish is None or before is None:
            continue
        if isinstance(before, PasscodeCredential) and before.is_random:
            # The lock ignores its minutes, which the wish says and the table does not.
            continue
        for moment in (NOW + step * HOUR / 3 for step in steps):
            assert item.wish.validity.opens_at(moment, there.zone) == before.validity.opens_at(moment, original.zone)


@given(originals, targets)
def test_once_imported_nothing_is_left_to_do(original: Original, there: Target) -> None:
    wishes = [item.wish for item in plan(original, there, NOW) if item.wish]
    event(f"{len(wishes)} wishes")
    made = tuple(_made(wish, 2_000_000 + number) for number, wish in enumerate(wishes))
    again = plan(original, replace(there, credentials=there.credentials + made), NOW)
    assert [item for item in again if item.wish] == []
    assert {item.there for item in again} >= set(made)


def _made(wish: Wish, number: int) -> Credential:
    """Return what the table shows of a wish that was fulfilled."""
    if wish.ekey:
        return ekey(number, wish.ekey.receiver, wish.ekey.start, wish.ekey.end)
    assert wish.number
    digits = wish.number.reveal()
    if wish.passcode_kind:
        return passcode(number, digits, wish.passcode_kind, wish.validity.start, wish.validity.end)
    if wish.kind is CredentialKind.QR_CODE:
        return replace(qr_code(digits, wish.validity), credential_id=number)
    return other(wish.kind, number, digits, wish.validity)
