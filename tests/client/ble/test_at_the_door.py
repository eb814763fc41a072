"""What is placed over Bluetooth opens the simulated door, for as long as it is meant to, and is in the lock's log."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.operations.biometrics import FaceHint
from custom_components.ttlock.client.ble.operations.credentials import Enrolment, EnrolmentStep, StoredCredential
from custom_components.ttlock.client.ble.operations.passcodes import StoredPasscode
from custom_components.ttlock.client.credentials import CredentialKind, Validity, ValidityKind
from custom_components.ttlock.client.cyclic import weekly
from custom_components.ttlock.client.errors import InvalidInput, NotFound, TTLockError
from custom_components.ttlock.client.models import PasscodeKind
from simulator.mechanism import DoorResult
from simulator.radio.air import Air

from .house import Beside, beside

pytestmark = pytest.mark.locks("front_door")

CODE = Secret("483920")
NEW_CODE = Secret("8301942")
FOB = "16:72:4C:00:00:0B"
ADDED, PASSCODE_UNLOCK = 93, 4


@pytest.fixture
async def person(air: Air, swift: None) -> AsyncGenerator[Beside]:
    """Return the administrator beside the front door, whose clock stands still."""
    air.world.clock.freeze()
    somebody = beside(air)
    yield somebody
    await somebody.session.close()


def passcodes_of(person: Beside, found: tuple[StoredPasscode, ...]) -> StoredPasscode:
    """Return the one that these tests have put on the lock."""
    return next(one for one in found if one.original == CODE)


async def test_a_permanent_passcode(person: Beside) -> None:
    await person.lock.add_passcode(CODE)
    assert person.asked() == "41 30 03"
    assert person.records() == [ADDED]
    assert person.door.enter_code(CODE.reveal()).opened
    assert person.records() == [PASSCODE_UNLOCK]
    assert passcodes_of(person, await person.lock.list_passcodes()) == StoredPasscode(
        code=CODE, original=CODE, kind=PasscodeKind.PERMANENT, validity=Validity.permanent()
    )


async def test_a_passcode_for_a_period(person: Beside) -> None:
    start, end = person.now(hours=1), person.now(hours=3)
    await person.lock.add_passcode(CODE, PasscodeKind.PERIOD, start, end)
    opened = []
    for hours in (0, 2, 2):
        person.world.clock.advance(hours * 3600)
        opened.append(person.door.enter_code(CODE.reveal()).opened)
    assert opened == [False, True, False]
    found = passcodes_of(person, await person.lock.list_passcodes())
    assert (found.kind, found.validity) == (PasscodeKind.PERIOD, Validity.period(start, end))


async def test_a_passcode_for_one_use(person: Beside) -> None:
    await person.lock.add_passcode(CODE, PasscodeKind.ONE_TIME, person.now(), person.now(hours=6))
    found = passcodes_of(person, await person.lock.list_passcodes())
    assert (found.kind, found.validity.kind) == (PasscodeKind.ONE_TIME, ValidityKind.ONE_TIME)
    assert [person.door.enter_code(CODE.reveal()).opened for _ in range(2)] == [True, False]


async def test_a_cyclic_passcode(person: Beside) -> None:
    """It is put back rather than added, which is the only way there is for these (5.8)."""
    wall = person.wall_time().replace(minute=0, second=0, microsecond=0)
    start = wall.replace(tzinfo=person.session.key.zone)
    kind = PasscodeKind(PasscodeKind.MONDAY + wall.weekday())
    await person.lock.add_passcode(CODE, kind, start, start + timedelta(hours=2))
    assert person.asked() == "41 30 03"
    assert person.door.enter_code(CODE.reveal()).opened
    found = passcodes_of(person, await person.lock.list_passcodes())
    assert found.kind is kind
    begin, end = wall.hour * 60, wall.hour * 60 + 120
    # Late in the evening such hours reach over midnight.
    assert found.validity.windows == weekly({wall.isoweekday()}, begin, end if end <= 24 * 60 else end - 24 * 60)
    person.world.clock.advance(86_400)
    assert not person.door.enter_code(CODE.reveal()).opened


async def test_a_passcode_is_changed(person: Beside) -> None:
    await person.lock.add_passcode(CODE)
    await person.lock.change_passcode(CODE, NEW_CODE)
    assert person.asked() == "41 30 03 03"
    assert [person.door.enter_code(code.reveal()).opened for code in (CODE, NEW_CODE)] == [False, True]
    assert passcodes_of(person, await person.lock.list_passcodes()).code == NEW_CODE
    end = person.now(hours=1)
    await person.lock.change_passcode(NEW_CODE, validity=Validity.period(person.now(), end))
    person.world.clock.advance(2 * 3600)
    assert not person.door.enter_code(NEW_CODE.reveal()).opened
    with pytest.raises(InvalidInput):
        await person.lock.change_passcode(NEW_CODE)


async def test_passcodes_are_taken_away(person: Beside) -> None:
    await person.lock.add_passcode(CODE)
    await person.lock.delete_passcode(CODE)
    assert not person.door.enter_code(CODE.reveal()).opened
    with pytest.raises(NotFound):
        await person.lock.delete_passcode(CODE)
    await person.lock.recover_passcode(CODE, CODE, PasscodeKind.PERMANENT)
    assert person.door.enter_code(CODE.reveal()).opened
    await person.lock.clear_passcodes()
    assert await person.lock.list_passcodes() == ()


@pytest.mark.parametrize(
    ("digits", "kind", "reason"),
    [
        ("123", PasscodeKind.PERMANENT, "passcode_length"),
        ("12x4", PasscodeKind.PERMANENT, "passcode_digits"),
        ("483920", PasscodeKind.ERASE, "custom_passcode_kind"),
        ("483920", PasscodeKind.DAILY, "period_missing"),
    ],
)
async def test_a_passcode_that_no_lock_takes_is_refused_before_anything_is_sent(
    person: Beside, digits: str, kind: PasscodeKind, reason: str
) -> None:
    with pytest.raises(InvalidInput) as err:
        await person.lock.add_passcode(Secret(digits), kind)
    assert err.value.reason == reason
    assert person.asked() == ""


@pytest.mark.parametrize(
    ("kind", "minutes", "reason"),
    [
        (PasscodeKind.PERMANENT, 60, "permanent_with_period"),
        (PasscodeKind.PERIOD, 0, "period_order"),
        (PasscodeKind.DAILY, 90, "random_whole_hours"),
    ],
)
async def test_so_is_a_period_that_it_does_not_take(
    person: Beside, kind: PasscodeKind, minutes: int, reason: str
) -> None:
    start = datetime(2026, 8, 1, 10, tzinfo=UTC)
    with pytest.raises(InvalidInput) as err:
        await person.lock.add_passcode(CODE, kind, start, start + timedelta(minutes=minutes))
    assert err.value.reason == reason
    assert person.asked() == ""


async def test_an_existing_passcode_is_refused_by_the_lock(person: Beside) -> None:
    await person.lock.add_passcode(CODE)
    with pytest.raises(InvalidInput) as err:
        await person.lock.add_passcode(CODE)
    assert err.value.reason == "passcode_exists"
    assert person.asked() == "41 30 03 03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of credential is placed and shown."""

    opcode: str
    number: str
    add: Callable[[BleLock, Validity], Awaitable[None]]
    change: Callable[[BleLock, Validity], Awaitable[None]]
    delete: Callable[[BleLock], Awaitable[None]]
    clear: Callable[[BleLock], Awaitable[None]]
    show: Callable[[Beside, str], DoorResult]
    listed: Callable[[BleLock], Awaitable[tuple[StoredCredential, ...]]] | None
    kind: CredentialKind
    records: tuple[int, ...] = ()
    """When it is added."""


FINGER = Secret("1108152157446")
CARD = Secret("3735928559")
QR = Secret("70000")
KINDS = {
    "card": Kind(
        opcode="05",
        number=CARD.reveal(),
        add=lambda lock, validity: lock.add_card(CARD, validity),
        change=lambda lock, validity: lock.change_card_period(CARD, validity),
        delete=lambda lock: lock.delete_card(CARD),
        clear=lambda lock: lock.clear_cards(),
        show=lambda p, number: p.door.swipe_card(number),
        listed=lambda lock: lock.list_cards(),
        kind=CredentialKind.CARD,
        records=(15,),
    ),
    "long card": Kind(
        opcode="05",
        number="12345678901234",
        add=lambda lock, validity: lock.add_card(Secret("12345678901234"), validity),
        change=lambda lock, validity: lock.change_card_period(Secret("12345678901234"), validity),
        delete=lambda lock: lock.delete_card(Secret("12345678901234")),
        clear=lambda lock: lock.clear_cards(),
        show=lambda p, number: p.door.swipe_card(number),
        listed=lambda lock: lock.list_cards(),
        kind=CredentialKind.CARD,
        records=(15,),
    ),
    "fingerprint": Kind(
        opcode="06",
        number=FINGER.reveal(),
        add=lambda lock, validity: lock.add_fingerprint(FINGER, validity),
        change=lambda lock, validity: lock.change_fingerprint_period(FINGER, validity),
        delete=lambda lock: lock.delete_fingerprint(FINGER),
        clear=lambda lock: lock.clear_fingerprints(),
        show=lambda p, number: p.door.touch_finger(number),
        listed=lambda lock: lock.list_fingerprints(),
        kind=CredentialKind.FINGERPRINT,
        records=(21,),
    ),
    "remote": Kind(
        opcode="73",
        number=str(int(FOB.replace(":", ""), 16)),
        add=lambda lock, validity: lock.add_remote(FOB, validity),
        change=lambda lock, validity: lock.add_remote(FOB, validity),
        delete=lambda lock: lock.delete_remote(FOB),
        clear=lambda lock: lock.clear_remotes(),
        show=lambda p, number: p.door.press_remote(number),
        listed=None,
        kind=CredentialKind.REMOTE,
    ),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


@each_kind
async def test_a_credential_opens_until_it_is_taken_away(person: Beside, kind: Kind) -> None:
    await kind.clear(person.lock)
    person.asked()
    person.records()
    await kind.add(person.lock, Validity.permanent())
    clears = " 70" if kind.kind is CredentialKind.REMOTE else ""
    assert person.asked() == kind.opcode + clears
    assert person.records() == [*kind.records]
    assert kind.show(person, kind.number).opened
    if kind.listed is not None:
        expected = StoredCredential(kind=kind.kind, number=Secret(kind.number), validity=Validity.permanent())
        assert await kind.listed(person.lock) == (expected,)
        # One page with the card, one that ends the list.
        assert person.asked() == f"{kind.opcode} {kind.opcode}"
    await kind.delete(person.lock)
    assert not kind.show(person, kind.number).opened


@each_kind
async def test_a_credential_opens_in_its_period(person: Beside, kind: Kind) -> None:
    await kind.add(person.lock, Validity.permanent())
    period = Validity.period(person.now(hours=1), person.now(hours=3))
    await kind.change(person.lock, period)
    opened = []
    for hours in (0, 2, 2):
        person.world.clock.advance(hours * 3600)
        opened.append(kind.show(person, kind.number).opened)
    assert opened == [False, True, False]
    if kind.listed is not None:
        validities = [one.validity for one in await kind.listed(person.lock) if one.number == Secret(kind.number)]
        assert validities == [period]


@each_kind
async def test_a_credential_opens_in_its_weekly_windows(person: Beside, kind: Kind) -> None:
    wall = person.wall_time()
    windows = weekly({wall.isoweekday()}, wall.hour * 60, wall.hour * 60 + 60)
    await kind.add(person.lock, Validity.cyclic(windows, person.now(), person.now(days=30)))
    opened = [kind.show(person, kind.number).opened]
    person.world.clock.advance(86_400)
    opened.append(kind.show(person, kind.number).opened)
    await kind.change(person.lock, Validity.permanent())
    opened.append(kind.show(person, kind.number).opened)
    assert opened == [True, False, True]


async def test_a_card_whose_windows_are_refused_does_not_stay_without_them(person: Beside) -> None:
    """Else it would open at all times."""
    person.door.features -= {34}
    windows = weekly({1}, 60, 120)
    with pytest.raises(TTLockError):
        await person.lock.add_card(CARD, Validity.cyclic(windows, person.now(), person.now(days=30)))
    assert person.asked() == "41 30 05 70 05"
    assert not person.door.swipe_card(CARD.reveal()).opened


async def test_windows_that_are_not_there_cannot_be_taken_away(person: Beside) -> None:
    await person.lock.add_card(CARD, Validity.permanent())
    with pytest.raises(NotFound):
        await person.lock.clear_windows(CredentialKind.CARD, CARD)
    with pytest.raises(InvalidInput):
        await person.lock.open_windows(CredentialKind.PASSCODE, CODE, weekly({1}, 60, 120))


async def test_qr_codes(person: Beside) -> None:
    period = Validity.period(person.now(), person.now(hours=2))
    await person.lock.add_qr_code(QR, period)
    assert person.asked() == "41 30 95"
    [found] = [one for one in await person.lock.list_qr_codes() if one.number == QR]
    assert found == StoredCredential(kind=CredentialKind.QR_CODE, number=QR, validity=period)
    later = Validity.period(person.now(), person.now(hours=5))
    await person.lock.change_qr_code_period(QR, later)
    assert (await person.lock.list_qr_codes())[-1].validity == later
    with pytest.raises(InvalidInput):
        await person.lock.add_qr_code(QR, period)
    await person.lock.delete_qr_code(QR, later.end)
    await person.lock.clear_qr_codes()
    assert await person.lock.list_qr_codes() == ()


async def steps_of(steps: AsyncGenerator[Enrolment]) -> list[Enrolment]:
    """Return all steps of an enrolment."""
    return [step async for step in steps]


async def test_a_card_is_enrolled(person: Beside) -> None:
    ready, done = await steps_of(person.lock.enrol_card())
    assert person.asked() == "41 30 05"
    assert (ready.step, done.step) == (EnrolmentStep.READY, EnrolmentStep.DONE)
    assert done.number is not None
    assert person.door.swipe_card(done.number.reveal()).opened
    await person.lock.change_card_period(done.number, Validity.period(person.now(hours=1), person.now(hours=2)))
    assert not person.door.swipe_card(done.number.reveal()).opened


async def test_a_finger_is_enrolled_press_by_press(person: Beside) -> None:
    person.radio.fidelity.enrolment.seconds = 12
    ready, *presses, done = await steps_of(person.lock.enrol_fingerprint())
    assert (ready.step, ready.total) == (EnrolmentStep.READY, 4)
    assert [(press.step, press.current, press.total) for press in presses] == [
        (EnrolmentStep.PROGRESS, number, 4) for number in range(1, 5)
    ]
    assert done.number is not None
    assert person.door.touch_finger(done.number.reveal()).opened


@pytest.mark.parametrize(
    ("enrol", "show"),
    [
        (lambda lock: lock.enrol_face(), lambda p, number: p.door.show_face(number)),
        (lambda lock: lock.enrol_palm_vein(), lambda p, number: p.door.show_palm(number)),
    ],
    ids=["face", "palm vein"],
)
async def test_faces_and_palms_are_enrolled(
    person: Beside, enrol: Callable[[BleLock], AsyncGenerator[Enrolment]], show: Callable[[Beside, str], DoorResult]
) -> None:
    ready, *looks, done = await steps_of(enrol(person.lock))
    assert ready.step is EnrolmentStep.READY
    assert {(look.step, look.hint) for look in looks} == {(EnrolmentStep.PROGRESS, FaceHint.OK)}
    assert done.number is not None
    assert show(person, done.number.reveal()).opened


async def test_faces_and_palms_are_managed(person: Beside) -> None:
    period = Validity.period(person.now(hours=1), person.now(hours=3))
    face = (await steps_of(person.lock.enrol_face()))[-1].number
    palm = (await steps_of(person.lock.enrol_palm_vein()))[-1].number
    assert face is not None and palm is not None
    await person.lock.change_face_period(face, period)
    await person.lock.change_palm_vein_period(palm, period)
    assert StoredCredential(kind=CredentialKind.FACE, number=face, validity=period) in await person.lock.list_faces()
    assert (
        StoredCredential(kind=CredentialKind.PALM_VEIN, number=palm, validity=period)
        in await person.lock.list_palm_veins()
    )
    await person.lock.delete_face(face)
    await person.lock.delete_palm_vein(palm)
    assert not person.door.show_face(face.reveal()).opened
    await person.lock.clear_faces()
    await person.lock.clear_palm_veins()
    assert (await person.lock.list_faces(), await person.lock.list_palm_veins()) == ((), ())


@pytest.mark.parametrize("size", [1, 80, 250])
async def test_templates_are_handed_over_in_packets(person: Beside, size: int) -> None:
    template = bytes(index % 251 for index in range(size))
    packets = -(-size // 80)
    finger = await person.lock.add_fingerprint_template(template, 1, Validity.permanent())
    assert person.asked() == " ".join(["41 30 06", *["06"] * packets])
    assert person.door.touch_finger(finger.reveal()).opened
    face = await person.lock.add_face_template(template, 2, Validity.permanent())
    assert person.door.show_face(face.reveal()).opened


async def test_an_enrolment_that_nobody_comes_to_ends_with_an_error(person: Beside) -> None:
    person.radio.fidelity.enrolment.by_itself = False
    steps = person.lock.enrol_card()
    assert (await anext(steps)).step is EnrolmentStep.READY
    with pytest.raises(TTLockError):
        await anext(steps)
    assert CARD not in [card.number for card in await person.lock.list_cards()]
