"""Validity, weekly windows and status of credentials, without a cloud."""

from datetime import UTC, datetime, timedelta
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client import cyclic
from custom_components.ttlock.client.credentials import (
    COMMON_KINDS,
    QR_KINDS,
    Validity,
    ValidityKind,
    common_type,
    qr_type,
    read_card,
    read_face,
    read_palm_vein,
    read_qr_code,
    read_remote,
)
from custom_components.ttlock.client.cyclic import CyclicWindow, weekly
from custom_components.ttlock.client.errors import InvalidInput
from custom_components.ttlock.client.models import CredentialStatus

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
END = START + timedelta(days=2)
WINDOWS = weekly({1, 5}, 480, 1080)


@given(
    st.sets(st.integers(1, 7), min_size=1),
    st.tuples(st.integers(0, 1440), st.integers(0, 1440)).filter(lambda pair: pair[0] < pair[1]),
)
def test_windows_survive_the_way_to_the_vendor_and_back(days: set[int], times: tuple[int, int]) -> None:
    windows = weekly(days, *times)
    assert cyclic.from_vendor(cyclic.to_vendor(windows)) == windows
    assert cyclic.from_vendor(json.loads(cyclic.to_vendor(windows))) == windows


@pytest.mark.parametrize(
    ("windows", "reason"),
    [
        ((), "cyclic_days"),
        (weekly({8}, 0, 60), "cyclic_days"),
        ((*weekly({1}, 0, 60), *weekly({1}, 0, 60)), "cyclic_days"),
        ((*weekly({1}, 0, 60), *weekly({2}, 0, 90)), "cyclic_times_differ"),
        (weekly({1}, 60, 60), "cyclic_times"),
        (weekly({1}, 1080, 480), "cyclic_times"),
        (weekly({1}, 0, 1441), "cyclic_times"),
        (weekly({1}, -1, 60), "cyclic_times"),
    ],
)
def test_windows_that_no_lock_holds_are_refused(windows: tuple[CyclicWindow, ...], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        Validity.cyclic(windows).fields()


def test_unreadable_windows_do_not_lose_the_others() -> None:
    assert cyclic.from_vendor(
        [None, {"weekDay": 9, "startTime": 0, "endTime": 1}, {"weekDay": "2", "startTime": "5", "endTime": "9"}]
    ) == weekly({2}, 5, 9)
    assert cyclic.from_vendor("no list") == ()


@pytest.mark.parametrize(
    ("validity", "number"), [(Validity.permanent(), 1), (Validity.period(START, END), 1), (Validity.cyclic(WINDOWS), 4)]
)
def test_validity_survives_the_way_to_the_vendor_and_back(validity: Validity, number: int) -> None:
    assert common_type(validity) == number
    assert Validity.from_vendor(validity.fields(), COMMON_KINDS, number) == validity
    assert Validity.from_vendor(validity.fields(), QR_KINDS, qr_type(validity)) == validity


@pytest.mark.parametrize(
    ("raw", "type_of", "kind"),
    [
        ({"startDate": 0, "endDate": 0}, None, ValidityKind.PERMANENT),
        ({"startDate": 1, "endDate": 2}, None, ValidityKind.PERIOD),
        ({"cyclicConfig": cyclic.to_vendor(WINDOWS)}, None, ValidityKind.CYCLIC),
        ({"cyclicConfig": "garbage"}, 4, ValidityKind.CYCLIC),
        ({"startDate": 0, "endDate": 0}, 9999, ValidityKind.UNKNOWN),
        ({"startDate": None, "endDate": "x"}, "1", ValidityKind.PERMANENT),
    ],
)
def test_odd_items_have_a_validity_too(raw: dict[str, object], type_of: object, kind: ValidityKind) -> None:
    assert Validity.from_vendor(raw, COMMON_KINDS, type_of).kind is kind


@pytest.mark.parametrize(
    ("validity", "reason"),
    [
        (Validity.period(END, START), "period_order"),
        (Validity(kind=ValidityKind.PERIOD, start=START), "period_missing"),
        (Validity(kind=ValidityKind.UNKNOWN), "validity_unknown"),
        (Validity.cyclic(WINDOWS, END, START), "period_order"),
    ],
)
def test_a_validity_that_cannot_be_is_refused(validity: Validity, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        validity.fields()


def test_what_exists_cannot_become_permanent() -> None:
    for validity in (Validity.permanent(), Validity.cyclic(WINDOWS)):
        with pytest.raises(InvalidInput, match="period_not_permanent"):
            validity.change_fields()
    with pytest.raises(InvalidInput, match="validity_unknown"):
        qr_type(Validity(kind=ValidityKind.UNKNOWN))


@pytest.mark.parametrize("status", CredentialStatus)
def test_every_status_is_known(status: CredentialStatus) -> None:
    assert CredentialStatus.from_vendor(str(status.value)) is status


@pytest.mark.parametrize("value", [None, "", 10, "x", [], 9999])
def test_a_new_status_is_unknown(value: object) -> None:
    assert CredentialStatus.from_vendor(value) is CredentialStatus.UNKNOWN


def test_both_spellings_of_a_face_are_understood() -> None:
    raw = {"faceId": "7", "faceName": "Guest", "faceType": 4, "cyclicConfig": cyclic.to_vendor(WINDOWS)}
    face = read_face(raw)
    assert (face.credential_id, face.name, face.validity.kind) == (7, "Guest", ValidityKind.CYCLIC)


@pytest.mark.parametrize("read", [read_card, read_face, read_palm_vein, read_qr_code, read_remote])
def test_an_item_without_id_is_none(read: object) -> None:
    assert callable(read)
    with pytest.raises(ValueError, match=r"(?i)id"):
        read({"name": "Guest"})


def test_numbers_do_not_show_by_accident() -> None:
    card = read_card({"cardId": 1, "cardNumber": "4815162342", "status": 99})
    assert "4815162342" not in f"{card} {card!r}"
    assert card.number
    assert card.number.reveal() == "4815162342"
