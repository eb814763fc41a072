"""What the roads need of the radio: the locks whose key is known."""

from typing import Protocol

from ..ble.lock import BleLock


class RadioLock(Protocol):
    """One lock that can be spoken to by radio, whenever it is in range."""

    @property
    def in_range(self) -> bool:
        """Return whether somebody who can connect hears it now."""

    @property
    def was_heard(self) -> bool:
        """Return whether it has been in range: then it may be worth a look whether it is again."""

    @property
    def ble(self) -> BleLock:
        """Return the lock, over a session that is shared by everybody who speaks to it."""

    def refused(self) -> None:
        """Take note that the lock does not accept its key any more, so that it is looked for anew."""


class Radio(Protocol):
    """Every lock whose key is known."""

    def lock(self, lock_id: int) -> RadioLock | None:
        """Return a lock by the number that the account knows it by, None without a key for it."""


class NoRadio:
    """A host without Bluetooth."""

    def lock(self, lock_id: int) -> RadioLock | None:
        """Return None."""
        return None
