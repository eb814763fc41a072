"""What decides between the roads to a lock beside the radio: what the user wants, and what the cloud cannot do."""

from typing import TYPE_CHECKING

from .client import Feature
from .client.errors import ConnectionFailed, DeviceUnreachable, NotPermitted, QuotaExceeded, TTLockError, Unsupported
from .client.roads.router import Command, Preference
from .road_options import RoadOptions

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator


class RoadWishes:
    """The surroundings of the locks of one account, see `Surroundings`."""

    def __init__(self, account: AccountCoordinator) -> None:
        """Look at the locks of an account."""
        self._account = account

    def preference(self, lock_id: int) -> Preference:
        """Return what the user wants."""
        if self._account.is_local:
            return Preference.LOCAL_ONLY
        return RoadOptions.of(self._account.config_entry.options, lock_id).preference

    def cloud_obstacle(self, lock_id: int, command: Command | None) -> TTLockError | None:
        """Return why the cloud cannot reach the lock, or not with that command; None when it may."""
        account, lock = self._account, self._account.locks.get(lock_id)
        if lock is None:
            return None
        data = lock.data
        if command is Command.UNLOCK and data.features.lack(Feature.GATEWAY_UNLOCK):
            return Unsupported("no_remote_unlock")
        if command is Command.UNLOCK and data.ekey.remote_unlock is False:
            return NotPermitted("no_remote_right")
        if command is Command.LOCK and data.features.lack(Feature.LOCK_COMMAND):
            return Unsupported("no_remote_lock")
        if account.failing:
            return ConnectionFailed()
        if data.obstacle is not None:
            return DeviceUnreachable(data.obstacle)
        refusal = account.quota.governor.refusal
        return QuotaExceeded(refusal) if refusal else None
