"""What is kept of grants over restarts is all of them."""

from datetime import UTC, datetime, timedelta, timezone
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity, ValidityKind
from custom_components.ttlock.client.cyclic import CyclicWindow
from custom_components.ttlock.client.ekeys import EkeyRequest
from custom_components.ttlock.client.grants import Grant, Stage, Wish, from_json, to_json
from custom_components.ttlock.client.grants.comparison import CHANGEABLE
from custom_components.ttlock.client.models import PasscodeKind

zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-9))])
moments = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=zones)
texts = st.text(max_size=8)
secrets = texts.map(Secret)
minutes = st.integers(0, 24 * 60)
windows = st.lists(st.builds(CyclicWindow, weekday=st.integers(1, 7), start=minutes, end=minutes), max_size=3)
validities = st.builds(
    Validity,
    kind=st.sampled_from(ValidityKind),
    start=st.none() | moments,
    end=st.none() | moments,
    windows=windows.map(tuple),
)
ekeys = st.builds(
    EkeyRequest,
    receiver=texts,
    name=texts,
    start=st.none() | moments,
    end=st.none() | moments,
    remarks=st.none() | texts,
    remote_unlock=st.booleans(),
    may_manage=st.booleans(),
    create_user=st.booleans(),
)
wishes = st.builds(
    Wish,
    kind=st.sampled_from(CredentialKind),
    lock_id=st.integers(),
    label=texts,
    validity=validities,
    number=st.none() | secrets,
    reversed_number=st.booleans(),
    passcode_kind=st.none() | st.sampled_from(PasscodeKind),
    face=st.none() | secrets,
    face_seal=st.none() | texts,
    refresh_minutes=st.none() | st.integers(),
    ekey=st.none() | ekeys,
)
grants = st.builds(
    Grant,
    grant_id=texts,
    wish=wishes,
    stage=st.sampled_from(Stage),
    created=moments,
    changed=moments,
    credential_id=st.none() | st.integers(),
    number=st.none() | secrets,
    sent=st.none() | moments,
    attempts=st.integers(),
    due=st.none() | moments,
    deadline=st.none() | moments,
    reason=st.none() | texts,
    code=st.none() | st.integers(),
    asked=st.lists(st.sampled_from(CHANGEABLE), unique=True).map(tuple),
    used=st.booleans(),
    held_back=st.booleans(),
    changed_elsewhere=st.booleans(),
    origin=st.none() | texts,
)


@given(st.lists(grants, max_size=3))
def test_what_is_read_is_what_was_kept(some: list[Grant]) -> None:
    kept = json.loads(json.dumps(to_json(some)))
    assert from_json(kept) == some
    assert to_json(from_json(kept)) == kept


@given(grants)
def test_digits_are_in_the_journal_and_in_nothing_that_is_printed(grant: Grant) -> None:
    number = Secret("7390416")
    for text in (repr(grant), str(grant), f"{grant}"):
        assert "7390416" not in text
    kept = to_json([Grant(**{**{name: getattr(grant, name) for name in grant.__slots__}, "number": number})])
    assert kept[0]["number"] == "7390416"


@pytest.mark.parametrize("spoil", [{"stage": "odd"}, {"created": "yesterday"}, {"wish": None}, {"wish": {}}])
def test_another_form_is_not_taken_for_ours(spoil: dict[str, object]) -> None:
    now = datetime(2026, 7, 6, tzinfo=UTC)
    wish = Wish(kind=CredentialKind.CARD, lock_id=1, label="Anna", validity=Validity.permanent())
    (kept,) = to_json([Grant(grant_id="a", wish=wish, stage=Stage.WANTED, created=now, changed=now)])
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json([{**kept, **spoil}])
