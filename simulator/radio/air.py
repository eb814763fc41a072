"""The air around a world: its locks as Bluetooth peripherals, and the adapter of whoever listens."""

from collections.abc import Iterator

from ..lock import VirtualLock
from ..world import World
from .lockradio import LockRadio
from .peripheral import NoSlot
from .timing import RadioTime

NEW_LOCK_FEATURES = "F44354CD5F3"


class Air:
    """Finds the radio of each lock; a client needs nothing else."""

    def __init__(self, world: World, *, time: RadioTime | None = None, slots: int | None = None) -> None:
        """Put the locks of a world on the air; `slots` is how many links the listener's adapter can hold."""
        self.world = world
        self.time = time
        self.slots = slots
        self.links = 0
        self._radios: dict[int, LockRadio] = {}
        world.clock.on_move(self._time_passed)

    def lock(self, which: str | int | VirtualLock) -> LockRadio:
        """Return the radio of a lock, by the key or number the world knows it by, or of the lock itself."""
        lock = which if isinstance(which, VirtualLock) else self.world.lock(which)
        # Not by number: a lock that is paired anew gets another one.
        if (radio := self._radios.get(id(lock))) is None:
            radio = self._radios[id(lock)] = LockRadio(lock, self, self.time)
        return radio

    def out_of_the_box(
        self, mac: str = "16:72:4C:00:00:F1", *, features: str = NEW_LOCK_FEATURES, key: str = "new_lock"
    ) -> LockRadio:
        """Put up a lock that belongs to nobody; once it is paired, the cloud takes it by its ``lockData``."""
        lock = VirtualLock(key=key, lock_id=0, mac=mac, now=self.world.clock.now, feature_value=features)
        lock.reset()
        self.world.strays[mac] = lock
        return self.lock(lock)

    def radios(self) -> Iterator[LockRadio]:
        """Go through all locks there are, registered with the cloud or not."""
        for lock in (*self.world.locks.values(), *self.world.strays.values()):
            yield self.lock(lock)

    def linked(self) -> list[str]:
        """Return the addresses of the locks that hold a link."""
        return [radio.address for radio in self.radios() if radio.link is not None]

    def _time_passed(self) -> None:
        for radio in self._radios.values():
            radio.time_passed()

    # --- what the locks ask -------------------------------------------------------------------------------------

    def username(self, uid: int) -> str:
        """Return whose number it is, "" for nobody's."""
        return next((account.username for account in self.world.accounts.values() if account.uid == uid), "")

    def uid(self, username: str) -> int:
        """Return somebody's number, 0 for nobody's."""
        account = self.world.find_account(username)
        return account.uid if account is not None else 0

    def take_slot(self) -> None:
        """Take a connection slot."""
        if self.slots is not None and self.links >= self.slots:
            raise NoSlot
        self.links += 1

    def free_slot(self) -> None:
        """Give a connection slot back."""
        self.links -= 1
