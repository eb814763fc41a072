"""The program may end anywhere: what was begun goes on from the journal, and nothing is lost or doubled."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.errors import Interrupted
from custom_components.ttlock.client.grants import Change, Stage, Wish
from custom_components.ttlock.client.models import PasscodeKind
from simulator import Fault

from .conftest import Build
from .house import MONDAY, House
from .samples import ADD_PATHS, DELETE_PATHS, DIGITS, EVERY_KIND, HOUR, copies, lock_of, opening, own_code, random_code

OTHER = "60481537"
MOST_POINTS = 80
"""More than any of these has."""

every_kind = pytest.mark.parametrize("name", EVERY_KIND)
lost = pytest.mark.parametrize("lost", [None, "drop_before", "drop_after"])


async def everywhere(build: Build, begin: Callable[[House], Awaitable[object]]) -> AsyncGenerator[tuple[House, bool]]:
    """Begin the same in one house after the other and stop it at every point; tell whether it came to its end."""
    for point in range(1, MOST_POINTS):
        house = await build()
        done = await house.until(point, begin(house))
        house.restart()
        yield house, done
        if done:
            return
    raise AssertionError("there are more points")


@lost
@every_kind
async def test_a_wish_is_one_credential(build: Build, name: str, lost: str | None) -> None:
    async def begin(house: House) -> None:
        if lost is not None:
            house.world.faults.add(Fault(kind=lost, path=ADD_PATHS[name], times=1))
        await house.grants.place(EVERY_KIND[name](house))

    async for house, _ in everywhere(build, begin):
        wish, begun = EVERY_KIND[name](house), house.grants.all
        await house.work_until_quiet(HOUR / 2)
        # What was begun was written down before, and comes by itself.
        assert len(copies(house, wish)) == len(begun) <= 1
        outcome = await house.grants.place(wish)
        await house.work_until_quiet(HOUR / 2)
        assert copies(house, wish) == [house.grant(outcome.grant.grant_id).credential_id]
        assert len(house.grants.all) == 1
        assert len(opening(house, wish)) == 1


@lost
@every_kind
async def test_a_removal_that_was_begun_is_finished(build: Build, name: str, lost: str | None) -> None:
    async def begin(house: House) -> None:
        if lost is not None:
            house.world.faults.add(Fault(kind=lost, path=DELETE_PATHS[name], times=1))
        await house.grants.withdraw(house.grants.all[0].grant_id)

    async for house, done in everywhere(with_wish(build, EVERY_KIND[name]), begin):
        (grant,) = house.grants.all
        begun = grant.stage in (Stage.REMOVING, Stage.GONE)
        await house.work_until_quiet(HOUR / 2)
        assert begun or not done
        assert bool(copies(house, grant.wish)) is not begun
        assert (house.grant(grant.grant_id).stage is Stage.GONE) is begun


@lost
@pytest.mark.parametrize(
    "change",
    [Change(label="Berta"), Change(number=Secret(OTHER)), Change(label="Berta", number=Secret(OTHER))],
)
async def test_a_change_that_was_begun_is_finished(build: Build, change: Change, lost: str | None) -> None:
    async def begin(house: House) -> None:
        if lost is not None:
            house.world.faults.add(Fault(kind=lost, path="*/keyboardPwd/change", times=1))
        grant = house.grants.all[0]
        await house.grants.change(grant.wish.lock_id, grant.wish.kind, grant.credential_id or 0, change)

    async for house, done in everywhere(with_wish(build, own_code), begin):
        (grant,) = house.grants.all
        wished = grant.wish
        assert wished == own_code(house) or (wished.label, wished.number) == (
            change.label or "Anna",
            change.number or Secret(DIGITS),
        )
        await house.work_until_quiet(HOUR / 2)
        (row,) = house.rows(lock_of(house), CredentialKind.PASSCODE).values()
        assert wished != own_code(house) or not done
        assert (row.name, Secret(row.digits)) == (wished.label, wished.number)
        assert lock_of(house).enter_code(row.digits).opened
        assert house.grant(grant.grant_id).stage is Stage.CONFIRMED


async def test_a_longer_time_holds_once_it_was_begun(build: Build) -> None:
    async def begin(house: House) -> None:
        house.world.faults.add(Fault(kind="drop_after", path="*/keyboardPwd/change", times=2))
        grant, validity = house.grants.all[0], Validity.period(house.now, house.now + 48 * HOUR)
        await house.grants.change(
            grant.wish.lock_id, grant.wish.kind, grant.credential_id or 0, Change(validity=validity)
        )
        house.pass_time(HOUR)
        await house.grants.work()

    def short_code(house: House) -> Wish:
        return own_code(house, validity=Validity.period(house.now, house.now + 5 * HOUR))

    async for house, done in everywhere(with_wish(build, short_code), begin):
        (grant,) = house.grants.all
        begun = grant.wish.validity.end == MONDAY + 48 * HOUR
        assert begun or not done
        await house.work_until_quiet(HOUR / 2)
        house.pass_time(10 * HOUR)
        assert house.life(grant.grant_id).opens is begun
        assert bool(opening(house, grant.wish)) is begun


async def test_many_wishes_are_all_or_none(build: Build) -> None:
    async def begin(house: House) -> None:
        one_time = random_code(house, PasscodeKind.ONE_TIME, label="Clara")
        await house.grants.place_all([own_code(house), own_code(house, OTHER, label="Berta"), one_time, one_time])

    async for house, done in everywhere(build, begin):
        assert len(house.grants.all) in ((4,) if done else (0, 4))
        await house.work_until_quiet(HOUR / 2)
        names = sorted(row.name for row in house.rows(lock_of(house), CredentialKind.PASSCODE).values())
        assert names == (["Anna", "Berta", "Clara", "Clara"] if house.grants.all else [])


@every_kind
async def test_what_is_cancelled_goes_on_while_the_program_does(build: Build, name: str) -> None:
    for point in range(1, MOST_POINTS):
        house = await build()
        wish = EVERY_KIND[name](house)
        done = await house.until(point, house.grants.place(wish))
        house.go_on()
        await house.work_until_quiet(HOUR / 2)
        await house.grants.place(wish)
        await house.work_until_quiet(HOUR / 2)
        house.restart()
        await house.grants.place(wish)
        assert len(copies(house, wish)) == 1
        assert len(house.grants.all) == 1
        if done:
            return


async def test_the_same_many_times_at_once_is_one_credential(house: House) -> None:
    outcomes = await asyncio.gather(*(house.grants.place(own_code(house)) for _ in range(5)))
    assert len({outcome.grant.grant_id for outcome in outcomes}) == 1
    assert len(copies(house, own_code(house))) == 1


async def test_after_a_stop_nothing_is_sent(house: House) -> None:
    house.grants.stop()
    with pytest.raises(Interrupted):
        await house.grants.place(own_code(house))
    assert not house.server.calls
    house.restart()
    assert not house.grants.all


def with_wish(build: Build, make: Callable[[House], Wish]) -> Build:
    """Return how to get a house in which somebody has a credential."""

    async def furnished() -> House:
        house = await build()
        await house.grants.place(make(house))
        return house

    return furnished
