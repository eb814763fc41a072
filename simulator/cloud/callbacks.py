"""Callbacks to the URL of an application (ttlock-open-api.md 5)."""

import asyncio
import contextlib
from dataclasses import dataclass, field
import json
from typing import Any

import aiohttp

from ..database import CloudRecord, Parcel
from ..lock import VirtualLock
from ..reach import Gateway, WifiLink
from ..world import World
from .records import record_item

GATEWAY_OFFLINE_DELAY = 30 * 60
WIFI_OFFLINE_DELAY = 15 * 60
POLL_SECONDS = 0.1
TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(slots=True, kw_only=True)
class _Waiting:
    due: float
    client_id: str
    form: dict[str, str]
    subject: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One callback that was sent, and whether the receiver answered ``success``."""

    form: dict[str, str] = field(repr=False)
    accepted: bool


class CallbackSender:
    """Sends what happens to accounts of one region; one URL per application."""

    def __init__(self, world: World, region: str) -> None:
        """Listen to the world."""
        self._world = world
        self._region = region
        self.duplicates = 0
        """How often each callback is repeated."""
        self.delay = 0.0
        self.sent: list[Sent] = []
        self._waiting: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None
        world.on_records.append(self._records)
        world.on_gateway.append(self._gateway)
        world.on_wifi.append(self._wifi)
        world.on_undelivered.append(self._undelivered)
        world.clock.on_move(self._wake.set)

    async def start(self) -> None:
        """Begin to send."""
        self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End sending; what waits is dropped."""
        world = self._world
        for listeners, own in (
            (world.on_records, self._records),
            (world.on_gateway, self._gateway),
            (world.on_wifi, self._wifi),
            (world.on_undelivered, self._undelivered),
        ):
            if own in listeners:
                listeners.remove(own)  # type: ignore[arg-type]
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._session is not None:
            await self._session.close()

    def standalone_sensor(self, admin_uid: int, *, sensor_id: int, mac: str, name: str, record_type: int) -> None:
        """Tell of a standalone door sensor: 0 closed, 1 open, 2 not closed, 3 not opened for long (notifyType 7)."""
        form = {"doorSensorId": sensor_id, "mac": mac, "name": name, "recordType": record_type}
        self._queue(admin_uid, 7, form)

    def _queue(
        self,
        admin_uid: int,
        notify_type: int,
        form: dict[str, Any],
        *,
        after: float = 0.0,
        subject: tuple[str, int] | None = None,
    ) -> None:
        now = self._world.clock.now()
        if self._world.account_of(admin_uid).region != self._region:
            return
        if (client_id := self._world.tokens.listener(admin_uid, now)) is None:
            return
        text = {"notifyType": str(notify_type), **{key: str(value) for key, value in form.items()}}
        for _ in range(1 + self.duplicates):
            self._waiting.append(
                _Waiting(due=now + after + self.delay, client_id=client_id, form=text, subject=subject)
            )
        self._wake.set()

    def _records(self, lock: VirtualLock, kept: list[CloudRecord]) -> None:
        records = [
            {**record_item(lock, item), "electricQuantity": item.record.battery, "lockMac": lock.mac} for item in kept
        ]
        for record in records:
            del record["recordId"]
        admin = self._world.account_of(self._world.rows[lock.lock_id].admin_uid)
        form = {
            "lockId": lock.lock_id,
            "lockMac": lock.mac,
            "admin": admin.username,
            "records": json.dumps(records),
        }
        self._queue(admin.uid, 1, form)

    def _gateway(self, gateway: Gateway) -> None:
        subject = ("gateway", gateway.gateway_id)
        self._forget(subject)
        form = {
            "gatewayId": gateway.gateway_id,
            "gatewayName": gateway.name,
            "gatewayMac": gateway.mac,
            "gatewayVersion": gateway.version,
            "networkName": gateway.network_name,
            "isOnline": int(gateway.online),
        }
        after = 0 if gateway.online else GATEWAY_OFFLINE_DELAY
        self._queue(gateway.admin_uid, 2, form, after=after, subject=subject)

    def _wifi(self, lock: VirtualLock, wifi: WifiLink) -> None:
        subject = ("lock", lock.lock_id)
        self._forget(subject)
        row = self._world.rows[lock.lock_id]
        form = {
            "lockId": lock.lock_id,
            "lockAlias": row.alias,
            "lockMac": lock.mac,
            "networkName": wifi.network_name,
            "admin": self._world.account_of(row.admin_uid).username,
            "isOnline": int(wifi.online),
        }
        self._queue(row.admin_uid, 3, form, after=0 if wifi.online else WIFI_OFFLINE_DELAY, subject=subject)

    def _undelivered(self, lock: VirtualLock, parcel: Parcel, errcode: int) -> None:
        form = {
            "lockId": lock.lock_id,
            "lockMac": lock.mac,
            "uid": parcel.uid,
            "objectType": parcel.object_type,
            "objectId": parcel.object_id,
            "errcode": errcode,
        }
        self._queue(self._world.rows[lock.lock_id].admin_uid, 4, form)

    def _forget(self, subject: tuple[str, int]) -> None:
        """Drop the late news of something that has changed again."""
        self._waiting = [item for item in self._waiting if item.subject != subject]

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            now = self._world.clock.now()
            due = [item for item in self._waiting if item.due <= now]
            self._waiting = [item for item in self._waiting if item.due > now]
            for item in due:
                await self._post(item)

    async def _post(self, item: _Waiting) -> None:
        url = self._world.applications[item.client_id].callback_url
        if url is None or self._session is None:
            return
        try:
            async with self._session.post(url, data=item.form) as response:
                accepted = response.status == 200 and (await response.text()).strip() == "success"
        except aiohttp.ClientError, TimeoutError:
            # The vendor's retry policy is undocumented, so there is none here.
            accepted = False
        self.sent.append(Sent(form=item.form, accepted=accepted))
