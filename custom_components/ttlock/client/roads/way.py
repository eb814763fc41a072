"""What is the same for everything that a lock can be told on two roads: the road, and what the cloud hears of it.

What was done over Bluetooth is told to the cloud afterwards, so that the phone app agrees. Credentials are in both or in
neither: one that the cloud cannot be told of is taken off the lock again. Settings are as they are, and told later.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
import logging
from typing import cast

from ..ble.lock import BleLock
from ..cloud.api import CloudClient
from ..credentials import Credential, CredentialKind, Validity
from ..errors import (
    LinkLost,
    NotFound,
    NotTold,
    OutcomeUnknown,
    TTLockError,
    Unsupported,
    is_refusal,
)
from ..secret import Secret
from .kinds import CHANGE_PERIOD, CLEAR, DELETE, table_of
from .router import Road, Router

_LOGGER = logging.getLogger(__name__)


class Unread(Unsupported):
    """What the lock has to be told is not known here: no fault of the radio."""

    def __init__(self, cause: TTLockError) -> None:
        """Keep why."""
        super().__init__(cause.reason, code=cause.code)
        self.cause = cause


class Way:
    """The roads to the locks of an account, and its tables."""

    def __init__(self, router: Router, record: CloudClient) -> None:
        """Take the router, and a client that reaches no lock but keeps the tables of what is on them."""
        self.router = router
        self.record = record
        self._untold: dict[tuple[int, str], Callable[[], Awaitable[object]]] = {}

    @property
    def untold(self) -> int:
        """Return how many settings the cloud has yet to hear of."""
        return len(self._untold)

    def ble(self, lock_id: int) -> BleLock:
        """Return a lock by radio; OutOfReach without a key for it."""
        return self.router.radio_lock(lock_id).ble

    async def either[T](
        self,
        lock_id: int,
        cloud: Callable[[], Awaitable[T]] | None,
        radio: Callable[[BleLock], Awaitable[T]],
        *,
        once: bool = False,
        cloud_first: bool = False,
    ) -> tuple[T, bool]:
        """Do something on the better road; returns what came of it, and whether it was by radio."""
        by_radio = False

        async def over_radio() -> T:
            nonlocal by_radio
            result = await radio(self.ble(lock_id))
            by_radio = True
            return result

        tries: dict[Road, Callable[[], Awaitable[T]]] = {Road.BLUETOOTH: over_radio}
        if cloud is not None:
            tries[Road.CLOUD] = cloud
        try:
            return await self.router.run(lock_id, tries, once=once, cloud_first=cloud_first), by_radio
        except Unread as err:
            raise err.cause from None

    # -- Settings --------------------------------------------------------------------------------------------------

    async def set(
        self,
        lock_id: int,
        what: str,
        cloud: Callable[[], Awaitable[None]] | None,
        radio: Callable[[BleLock], Awaitable[object]],
        tell: Callable[[], Awaitable[object]],
    ) -> None:
        """Change a setting; when the cloud cannot be told that it was changed, that is made up for."""

        async def by_radio(ble: BleLock) -> None:
            await radio(ble)

        _, was_radio = await self.either(lock_id, cloud, by_radio)
        self._untold.pop((lock_id, what), None)
        if was_radio:
            await self._tell(lock_id, what, tell)

    async def tell_untold(self) -> None:
        """Tell the cloud what it could not be told before."""
        for (lock_id, what), tell in list(self._untold.items()):
            if self._untold.pop((lock_id, what), None) is not None:
                await self._tell(lock_id, what, tell)

    async def _tell(self, lock_id: int, what: str, tell: Callable[[], Awaitable[object]]) -> None:
        try:
            await tell()
        except TTLockError as err:
            if is_refusal(err):
                _LOGGER.debug("The cloud does not want to know of %s: %s", what, err)
                return
            self._untold[lock_id, what] = tell

    # -- Credentials -----------------------------------------------------------------------------------------------

    async def add[T](
        self,
        lock_id: int,
        cloud: Callable[[], Awaitable[T]] | None,
        put: Callable[[BleLock], Awaitable[object]],
        is_there: Callable[[BleLock], Awaitable[bool]],
        take_off: Callable[[BleLock], Awaitable[object]],
        tell: Callable[[], Awaitable[T]],
        find: Callable[[], Awaitable[T | None]],
    ) -> T:
        """Put a credential on the lock once, and return what the cloud calls it."""

        async def by_radio(ble: BleLock) -> None:
            try:
                await put(ble)
            except OutcomeUnknown:
                if not await _asked(is_there(ble)):
                    # It is certain now that nothing was done, so the other road may.
                    raise LinkLost from None

        over_cloud = cast("Callable[[], Awaitable[T | None]] | None", cloud)
        made, was_radio = await self.either(lock_id, over_cloud, by_radio, once=True)
        if not was_radio:
            return cast("T", made)
        return await self.told_or_undone(lock_id, tell, take_off, find)

    async def told_or_undone[T](
        self,
        lock_id: int,
        tell: Callable[[], Awaitable[T]],
        take_off: Callable[[BleLock], Awaitable[object]],
        find: Callable[[], Awaitable[T | None]] | None = None,
    ) -> T:
        """Tell the cloud of a new credential and return what it calls it; without that it comes off the lock again.

        `find` looks for it in the tables when the answer was lost; without an answer to that it stays, and is looked
        for later.
        """
        try:
            return await tell()
        except OutcomeUnknown:
            if find is not None and (found := await _asked(find())) is not None:
                return found
            await self._undo(lock_id, take_off)
            raise NotTold from None
        except BaseException:
            await self._undo(lock_id, take_off)
            raise

    async def _undo(self, lock_id: int, take_off: Callable[[BleLock], Awaitable[object]]) -> None:
        try:
            await take_off(self.ble(lock_id))
        except NotFound:
            pass
        except TTLockError:
            # It opens, and the cloud does not know.
            raise NotTold from None

    async def look_for(self, lock_id: int, kind: CredentialKind, number: Secret) -> Credential | None:
        """Return the credential that the tables show under a number of the lock."""
        found = await table_of(self.record, kind)(lock_id)
        return next((item for item in found.items if isinstance(item, Credential) and item.number == number), None)

    async def find(self, lock_id: int, kind: CredentialKind, number: int) -> Credential:
        """Return a credential as the tables show it: the lock knows it by its number, not by the cloud's."""
        try:
            found = await table_of(self.record, kind)(lock_id)
        except TTLockError as err:
            raise Unread(err) from None
        for item in found.items:
            if isinstance(item, Credential) and item.credential_id == number:
                return item
        raise Unread(NotFound(f"{kind}_not_found"))

    async def number(self, lock_id: int, kind: CredentialKind, number: int) -> Secret:
        """Return by which number the lock knows a credential."""
        if (known := (await self.find(lock_id, kind, number)).number) is None:
            raise Unread(Unsupported("number_not_shown"))
        return known

    async def change_period(
        self,
        lock_id: int,
        kind: CredentialKind,
        number: int,
        validity: Validity,
        cloud: Callable[[], Awaitable[None]],
        tell: Callable[[], Awaitable[None]],
    ) -> None:
        """Change when a credential opens; the same twice does no harm."""
        validity.change_fields()

        async def by_radio(ble: BleLock) -> None:
            await CHANGE_PERIOD[kind](ble, await self.number(lock_id, kind, number), validity)

        await self.changed(lock_id, cloud, by_radio, tell)

    async def delete(
        self,
        lock_id: int,
        kind: CredentialKind,
        number: int,
        cloud: Callable[[], Awaitable[None]],
        tell: Callable[[], Awaitable[None]],
    ) -> None:
        """Take a credential off the lock; one that is gone there already goes from the tables."""

        async def by_radio(ble: BleLock) -> None:
            known = await self.number(lock_id, kind, number)
            await gone(lambda: DELETE[kind](ble, known))

        await self.changed(lock_id, cloud, by_radio, tell)

    async def clear(self, lock_id: int, kind: CredentialKind, tell: Callable[[], Awaitable[None]]) -> None:
        """Take all credentials of a kind off the lock, which is done beside it only."""
        await self.changed(lock_id, None, CLEAR[kind], tell)

    async def changed(
        self,
        lock_id: int,
        cloud: Callable[[], Awaitable[None]] | None,
        radio: Callable[[BleLock], Awaitable[None]],
        tell: Callable[[], Awaitable[None]],
    ) -> None:
        """Do what does no harm twice; NotTold when the lock has it and the cloud does not know."""
        _, was_radio = await self.either(lock_id, cloud, radio)
        if not was_radio:
            return
        try:
            await tell()
        except NotFound:
            pass
        except TTLockError as err:
            if is_refusal(err):
                raise
            raise NotTold from None


async def gone(delete: Callable[[], Awaitable[None]]) -> None:
    """Delete something; what is gone already is gone, and what may be gone is deleted once more."""
    try:
        await delete()
    except NotFound:
        return
    except OutcomeUnknown:
        with suppress(NotFound):
            await delete()


async def _asked[T](question: Awaitable[T]) -> T:
    """Ask what became of something; OutcomeUnknown when nobody answers."""
    try:
        return await question
    except TTLockError:
        raise OutcomeUnknown from None
