"""What the table says of a credential that somebody made holds at the door, all year round, in every zone."""

import asyncio
from collections.abc import Generator
from datetime import timedelta, timezone

import aiohttp
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity, ValidityKind, passcode_validity
from custom_components.ttlock.client.cyclic import weekly
from custom_components.ttlock.client.ekeys import EkeyRequest
from custom_components.ttlock.client.grants import Life, Vendor, Wish, life_of
from custom_components.ttlock.client.models import PasscodeKind
from simulator import CloudServer
from simulator.lock import VirtualLock
from simulator.worldfile import Table, build_world

from .house import MONDAY, House

ZONES = ("Asia/Kathmandu", "America/St_Johns", "Pacific/Auckland", "Europe/Rome")
YEAR = timedelta(days=365)
HOUR = timedelta(hours=1)
FEATURES = f"{(1 << 120) - 1:X}"
WORLD: Table = {
    "application": {"client_id": "5eed0000c11e47000000000000000003", "client_secret": "ca9a12" * 5 + "03"},
    "account": [
        {"key": "owner", "uid": 2350001, "username": "owner@example.com", "password": "canary-owner-password-l1f3"},
        {"key": "guest", "uid": 2350002, "username": "guest@example.com", "password": "canary-guest-password-l1f3"},
    ],
    "lock": [
        {
            "key": zone,
            "id": 7400001 + number,
            "mac": f"16:72:4C:00:01:{number:02X}",
            "features": FEATURES,
            "time_zone": zone,
        }
        for number, zone in enumerate(ZONES)
    ],
    "gateway": [
        {"key": "all", "id": 3700001, "mac": "DC:A4:53:00:01:01", "hears": dict.fromkeys(ZONES, -50)},
    ],
}

spans = st.integers(0, int(YEAR / timedelta(minutes=1))).map(lambda minutes: timedelta(minutes=minutes))
minutes = st.integers(0, 24 * 60)


@st.composite
def validities(draw: st.DrawFn, kinds: tuple[ValidityKind, ...]) -> Validity:
    """Return a validity that begins within half a year."""
    start = MONDAY + draw(spans) / 2
    end = start + timedelta(minutes=1) + draw(spans)
    match draw(st.sampled_from(kinds)):
        case ValidityKind.PERMANENT:
            return Validity.permanent()
        case ValidityKind.PERIOD:
            return Validity.period(start, end)
    first, last = sorted(draw(st.lists(minutes, min_size=2, max_size=2, unique=True)))
    windows = weekly(draw(st.sets(st.integers(1, 7), min_size=1)), first, last)
    return Validity.cyclic(windows, *((start, end) if draw(st.booleans()) else ()))


PLAIN = (ValidityKind.PERMANENT, ValidityKind.PERIOD)
EVERY = (*PLAIN, ValidityKind.CYCLIC)


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    """Return what somebody puts on a lock, of all that a lock stores."""
    kind = draw(
        st.sampled_from([k for k in CredentialKind if k.name in ("PASSCODE", "CARD", "FACE", "QR_CODE", "EKEY")])
    )
    plain = kind in (CredentialKind.PASSCODE, CredentialKind.EKEY)
    validity = draw(validities(PLAIN if plain else EVERY))
    numbers = {CredentialKind.PASSCODE: "482915", CredentialKind.CARD: "2882343476", CredentialKind.QR_CODE: "75555"}
    return Wish(
        kind=kind,
        lock_id=7400001 + draw(st.integers(0, len(ZONES) - 1)),
        label="Anna",
        validity=validity,
        number=Secret(numbers[kind]) if kind in numbers else None,
        face=Secret("ABCD" * 8) if kind is CredentialKind.FACE else None,
        ekey=EkeyRequest(receiver="guest@example.com", name="Anna") if kind is CredentialKind.EKEY else None,
    )


class Town:
    """A world with locks in many zones, anew for each example."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.server = CloudServer(build_world(WORLD), region="eu")
        self.session = self.loop.run_until_complete(self._begin())

    async def _begin(self) -> aiohttp.ClientSession:
        await self.server.start()
        return aiohttp.ClientSession()

    async def _end(self) -> None:
        await self.session.close()
        await self.server.stop()
        # Sockets say goodbye in turns of their own.
        await asyncio.sleep(0.1)

    def close(self) -> None:
        """Take it down."""
        self.loop.run_until_complete(self._end())
        self.loop.close()

    async def house(self) -> House:
        """Return a house in a fresh world."""
        self.server.world = build_world(WORLD)
        return await House.build(self.server.world, self.server, self.session, locks=ZONES)


@pytest.fixture
def town(socket_enabled: None) -> Generator[Town]:
    """Return the world for all examples."""
    found = Town()
    yield found
    found.close()


def zone_of(lock: VirtualLock) -> timezone:
    """Return the zone of a lock, which knows no summer."""
    return timezone(timedelta(seconds=lock.raw_offset))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wish=wishes(), moments=st.lists(spans, min_size=1, max_size=12).map(sorted), frozen=st.booleans())
def test_what_a_lock_stores(town: Town, wish: Wish, moments: list[timedelta], frozen: bool) -> None:
    async def play() -> None:
        house = await town.house()
        vendor, lock = Vendor(house.phone, house.zone), house.world.lock(wish.lock_id)
        added = await vendor.add(wish, house.now)
        if frozen and wish.kind is CredentialKind.EKEY:
            await house.phone.ekeys.freeze(added.credential_id)
        (shown,) = (await vendor.table(lock.lock_id, wish.kind)).items
        for after in moments:
            house.pass_time(MONDAY + after - house.now)
            life = life_of(shown, house.now, zone_of(lock))
            opens = house.opens(lock, wish.kind, added.credential_id)
            assert life.opens is opens
            if life is Life.EXPIRED:
                assert shown.validity.end is not None and shown.validity.end <= house.now

    town.loop.run_until_complete(play())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from([kind for kind in PasscodeKind if kind not in (PasscodeKind.UNKNOWN, PasscodeKind.ERASE)]),
    begins=st.integers(-20, 100),
    hours=st.integers(1, 23),
    moments=st.lists(st.integers(0, 24 * 170).map(lambda hours: timedelta(hours=hours, minutes=30)), max_size=12).map(
        sorted
    ),
    used=st.booleans(),
)
def test_what_a_lock_calculates(
    town: Town,
    kind: PasscodeKind,
    begins: int,
    hours: int,
    moments: list[timedelta],
    used: bool,
) -> None:
    async def play() -> None:
        house = await town.house()
        vendor, lock = Vendor(house.phone, house.zone), house.world.lock("Europe/Rome")
        start, lasts = MONDAY + begins * HOUR, hours if kind.is_cyclic else hours * 30
        validity = passcode_validity(kind, start, start + lasts * HOUR, zone_of(lock))
        wish = Wish(
            kind=CredentialKind.PASSCODE, lock_id=lock.lock_id, label="Anna", validity=validity, passcode_kind=kind
        )
        added = await vendor.add(wish, house.now)
        (shown,) = (await vendor.table(lock.lock_id, wish.kind)).items
        assert added.number
        digits = added.number.reveal()
        entered = False
        for after in moments:
            house.pass_time(MONDAY + after - house.now)
            opens = lock.code_would_open(digits)
            life = life_of(shown, house.now, zone_of(lock), used=entered)
            if entered and kind is not PasscodeKind.ONE_TIME:
                assert life.opens is opens
            elif not entered:
                # Nobody knows whether the lock knows it, so nothing is said.
                assert not life.opens
                assert not (opens and life is Life.EXPIRED)
            if used and opens and not entered:
                entered = lock.enter_code(digits).opened

    town.loop.run_until_complete(play())
