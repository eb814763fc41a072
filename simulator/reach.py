"""How the cloud reaches a lock: gateways and a lock's own Wi-Fi (ttlock-open-api.md 4.14, 4.17)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from .lock import VirtualLock

RELATION_SECONDS = 30 * 60


class Unreachable(Exception):
    """The cloud cannot talk to the lock now; carries the vendor's error code."""

    def __init__(self, errcode: int) -> None:
        """Keep the code."""
        super().__init__(f"errcode {errcode}")
        self.errcode = errcode


class Link(Protocol):
    """What carries one conversation with a lock at a time."""

    latency: float
    busy: bool


@dataclass(slots=True, kw_only=True, eq=False)
class Gateway:
    """A gateway: hears some locks and holds one Bluetooth conversation at a time."""

    key: str
    gateway_id: int
    mac: str
    name: str
    admin_uid: int
    now: Callable[[], float] = field(repr=False)
    version: int = 2
    network_name: str = "Home"
    network_mac: str = "02:00:5E:00:53:01"
    latency: float = 0.0
    stale_seconds: float = 0.0
    """For how long the cloud goes on showing a gateway that lost its power as online."""
    rssi: dict[int, int] = field(default_factory=dict)
    busy: bool = False
    model: str = "SN-G2"
    hardware: str = "1.1"
    firmware: str = "2.0.4"
    newest_firmware: str | None = ""
    upgrading_until: float = 0.0
    """Until then it waits for new firmware and takes no commands."""
    on_change: Callable[[Gateway], None] | None = field(default=None, repr=False)
    _online: bool = True
    _changed: float = 0.0

    @property
    def online(self) -> bool:
        """Say whether the gateway has power and network."""
        return self._online

    @online.setter
    def online(self, value: bool) -> None:
        if value != self._online:
            self._online = value
            self._changed = self.now()
            if self.on_change is not None:
                self.on_change(self)

    @property
    def shown_online(self) -> bool:
        """Say what the cloud shows, which lags behind a loss of power."""
        return self._online or self.now() - self._changed < self.stale_seconds

    @property
    def upgrading(self) -> bool:
        """Say whether the gateway waits for new firmware."""
        return self.now() < self.upgrading_until

    def heard_at(self, lock: VirtualLock) -> float | None:
        """Return when the gateway last heard a lock, or None when it never did."""
        if lock.lock_id not in self.rssi:
            return None
        return self.now() if self._online else self._changed


@dataclass(slots=True, kw_only=True)
class WifiLink:
    """The network side of a Wi-Fi lock."""

    configured: bool = True
    online: bool = True
    power_saving: bool = False
    latency: float = 0.0
    busy: bool = False
    network_name: str = "Home"
    ip: str = "192.0.2.20"
    subnet_mask: str = "255.255.255.0"
    default_gateway: str = "192.0.2.1"
    preferred_dns: str = "192.0.2.1"
    alternate_dns: str = ""
    mac: str = "02:00:5E:00:53:20"
    rssi_grade: int = 3


class Reach:
    """All ways to all locks."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Start with none."""
        self._now = now
        self.gateways: dict[int, Gateway] = {}
        self.wifi: dict[int, WifiLink] = {}
        self._by_lock: dict[int, list[Gateway]] = {}
        self._heard: dict[str, dict[Gateway, int]] = {}
        self.unowned: list[Gateway] = []
        """Gateways somebody deleted: still plugged in, but nobody's."""

    def add_gateway(self, gateway: Gateway) -> None:
        """Put up a gateway."""
        self.gateways[gateway.gateway_id] = gateway
        for lock_id in gateway.rssi:
            self._by_lock.setdefault(lock_id, []).append(gateway)

    def remove_gateway(self, gateway: Gateway) -> None:
        """Take a gateway away from its owner."""
        del self.gateways[gateway.gateway_id]
        self.unowned.append(gateway)
        for heard_by in self._by_lock.values():
            if gateway in heard_by:
                heard_by.remove(gateway)

    def adopt(self, gateway: Gateway) -> None:
        """Put a gateway back that somebody had deleted."""
        self.unowned.remove(gateway)
        self.add_gateway(gateway)

    def remove_lock(self, lock: VirtualLock) -> None:
        """Forget a lock; it stays where it is, so who heard it will hear it again."""
        self.wifi.pop(lock.lock_id, None)
        heard_by = self._by_lock.pop(lock.lock_id, [])
        self._heard[lock.mac] = {gateway: gateway.rssi.pop(lock.lock_id, 0) for gateway in heard_by}

    def place_lock(self, lock: VirtualLock) -> None:
        """Let a lock that was forgotten be heard under its new number."""
        for gateway, rssi in self._heard.pop(lock.mac, {}).items():
            gateway.rssi[lock.lock_id] = rssi
            self._by_lock.setdefault(lock.lock_id, []).append(gateway)

    def require(self, lock: VirtualLock, admin_uid: int) -> None:
        """Raise why the cloud does not reach a lock; a busy link counts as one."""
        try:
            self._link(lock, admin_uid)
        except Unreachable as error:
            if error.errcode not in (-3003, -3037):
                raise

    def related(self, lock: VirtualLock, admin_uid: int) -> list[Gateway]:
        """Return the gateways of the same admin that heard a lock within 30 minutes, strongest first."""
        if not lock.known_to_cloud:
            return []
        heard = [
            gateway
            for gateway in self._by_lock.get(lock.lock_id, ())
            if gateway.admin_uid == admin_uid
            and (at := gateway.heard_at(lock)) is not None
            and self._now() - at < RELATION_SECONDS
        ]
        return sorted(heard, key=lambda gateway: gateway.rssi[lock.lock_id], reverse=True)

    def connected(self, lock: VirtualLock, admin_uid: int) -> bool:
        """Say whether new records of a lock come up to the cloud at once."""
        if not lock.known_to_cloud:
            return False
        if (wifi := self.wifi.get(lock.lock_id)) is not None:
            return wifi.configured and wifi.online
        return any(gateway.online for gateway in self.related(lock, admin_uid))

    @asynccontextmanager
    async def conversation(self, lock: VirtualLock, admin_uid: int) -> AsyncIterator[None]:
        """Hold the only conversation of a link for as long as it takes, or raise why there is none."""
        link = self._link(lock, admin_uid)
        link.busy = True
        try:
            # Even without latency others get a turn, so that two commands at once do meet.
            await asyncio.sleep(link.latency)
            yield
        finally:
            link.busy = False

    def _link(self, lock: VirtualLock, admin_uid: int) -> Link:
        if not lock.known_to_cloud:
            # Reset since, or paired anew: what the gateway says means nothing to it.
            raise Unreachable(-2012)
        if (wifi := self.wifi.get(lock.lock_id)) is not None:
            if not wifi.configured:
                raise Unreachable(-3034)
            if wifi.power_saving:
                raise Unreachable(-3035)
            if not wifi.online:
                raise Unreachable(-3036)
            if wifi.busy:
                raise Unreachable(-3037)
            return wifi
        if not (related := self.related(lock, admin_uid)):
            raise Unreachable(-2012)
        if (gateway := next((gateway for gateway in related if gateway.online), None)) is None:
            raise Unreachable(-3002)
        if gateway.busy or gateway.upgrading:
            raise Unreachable(-3003)
        return gateway
