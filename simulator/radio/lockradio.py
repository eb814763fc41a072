"""The Bluetooth face of one virtual lock: advertisement, GATT table, link and what the radio remembers.

The lock itself is the same object that the cloud's gateways command and that people stand before
(ttlock-ble-protocol.md 10).
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import hashlib
from typing import TYPE_CHECKING, Protocol

from ..journal import LockRecord
from ..lock import VirtualLock
from . import advertising, calendar
from .codec import DEFAULT_KEY, Header
from .device import Device
from .faults import RadioFaults
from .fidelity import Fidelity, Pace
from .link import Link
from .lockdata import Keys
from .peripheral import (
    BATTERY_LEVEL,
    BATTERY_SERVICE,
    DEVICE_INFORMATION,
    DEVICE_NAME,
    FIRMWARE,
    GENERIC_ACCESS,
    HARDWARE,
    LOCK_SERVICE,
    MANUFACTURER,
    MODEL,
    NOTIFY,
    SERIAL,
    WRITE,
    Advert,
    Characteristic,
    NotInRange,
    Service,
)
from .timing import LoopTime, RadioTime

if TYPE_CHECKING:
    from .session import Session

STATUS = 0x14

_READ = ("read",)
SERVICES = (
    Service(uuid=GENERIC_ACCESS, characteristics=(Characteristic(uuid=DEVICE_NAME, properties=_READ),)),
    Service(
        uuid=DEVICE_INFORMATION,
        characteristics=tuple(
            Characteristic(uuid=uuid, properties=_READ) for uuid in (MODEL, SERIAL, FIRMWARE, HARDWARE, MANUFACTURER)
        ),
    ),
    Service(uuid=BATTERY_SERVICE, characteristics=(Characteristic(uuid=BATTERY_LEVEL, properties=_READ),)),
    Service(
        uuid=LOCK_SERVICE,
        characteristics=(
            Characteristic(uuid=WRITE, properties=("write", "write-without-response")),
            Characteristic(uuid=NOTIFY, properties=("notify",)),
        ),
    ),
)


class Surroundings(Protocol):
    """What a lock's radio asks of the world around it."""

    def username(self, uid: int) -> str:
        """Return whose number it is, "" for nobody's."""
        ...

    def uid(self, username: str) -> int:
        """Return somebody's number, 0 for nobody's."""
        ...

    def take_slot(self) -> None:
        """Take a connection slot of the central's adapter, or raise `NoSlot`."""
        ...

    def free_slot(self) -> None:
        """Give it back."""
        ...


class LockRadio:
    """A lock on the air."""

    def __init__(self, lock: VirtualLock, surroundings: Surroundings, time: RadioTime | None = None) -> None:
        """Put it on the air."""
        self.lock = lock
        self.surroundings = surroundings
        self.time = time or LoopTime()
        self.header = Header()
        self.device = Device(serial=str(lock.lock_id).zfill(6))
        self.fidelity = Fidelity()
        self.faults = RadioFaults()
        self.pace = Pace()
        self.in_range = True
        self.rssi = -60
        self.link: Link | None = None
        self.links = 0
        """How many links there were so far ..."""
        self.linked_seconds = 0.0
        """... and for how long, which is what they cost of the battery."""
        self.requests = 0
        """How many requests were answered."""
        self.bookmark = 0
        """The last record that was handed over (5.7)."""
        self.unread = False
        self.networks: list[tuple[str, int]] = [("Home", -50), ("Neighbours", -80)]
        """The Wi-Fi networks it hears, with their signal."""
        self.wifi_passwords: dict[str, str] = {}
        """Of the networks whose password matters."""
        self.reset_random: bytes | None = None
        """What the manufacturer's reset code has to be made for."""
        self.accessory_batteries: dict[str, int] = {}
        """Of remotes, keypads and sensors, by address."""
        self.present: Callable[[str], None] | None = None
        """While a credential is enrolled by hand: shows the lock a finger, card or face (its number; "" for any)."""
        self.on_touch: Callable[[], None] | None = None
        self._touched = float("-inf")
        self._active = lock.now()
        self._drawn = 0
        self._listeners: list[Callable[[], None]] = []
        self._told: Advert | None = None
        lock.on_record.append(self._recorded)
        lock.on_bolt.append(self._bolt_moved)

    # --- who it is --------------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """Return the Bluetooth address."""
        return self.lock.mac

    @property
    def name(self) -> str:
        """Return the name in the scan response (2.5)."""
        octets = self.lock.mac.split(":")
        return f"{self.device.name_prefix}_{''.join(octets[:2:-1])}"

    @property
    def services(self) -> tuple[Service, ...]:
        """Return the GATT table."""
        return SERVICES

    @property
    def keys(self) -> Keys:
        """Return what opens the lock."""
        return self.lock.secrets.keys

    @property
    def key(self) -> bytes:
        """Return the key frames are made with: the vendor's until somebody owns the lock (10.1)."""
        return self.keys.aes_key if self.lock.owned else DEFAULT_KEY

    def draw(self, octets: int) -> bytes:
        """Return random octets, the same ones in every run."""
        self._drawn += 1
        return hashlib.sha256(self.lock.secrets.seed + self.lock.mac.encode() + self._drawn.to_bytes(4)).digest()[
            :octets
        ]

    def values(self) -> dict[str, bytes]:
        """Return what can be read without a key (1.1)."""
        return {
            DEVICE_NAME: self.name.encode(),
            MODEL: self.device.model.encode(),
            SERIAL: self.device.serial.encode(),
            FIRMWARE: self.device.firmware.encode(),
            HARDWARE: self.device.hardware.encode(),
            MANUFACTURER: self.device.manufacturer.encode(),
            # Known to be a hundred whatever the battery (1.1).
            BATTERY_LEVEL: bytes([100]),
        }

    # --- on the air -------------------------------------------------------------------------------------------

    @property
    def awake(self) -> bool:
        """Say whether somebody touched the lock a moment ago."""
        return self.lock.now() - self._touched < self.fidelity.awake_seconds

    @property
    def setting_mode(self) -> bool:
        """Say whether the lock can be paired now (5.1)."""
        return not self.lock.owned and self.awake

    @property
    def hears(self) -> bool:
        """Say whether the lock is there for a central at all."""
        return self.in_range and self.lock.alive and not self.lock.silent

    def touch(self) -> None:
        """Touch the keypad: the lock wakes up."""
        self._touched = self._active = self.lock.now()
        if self.on_touch is not None:
            self.on_touch()
        self._changed()

    def flags(self) -> int:
        """Return the flags of the advertisement (2.2)."""
        lock, flags = self.lock, self.fidelity.extra_flags
        dormant = self.fidelity.dormant_after
        if dormant is not None and lock.now() - self._active >= dormant:
            # The firmware clears the bolt when the radio goes to low power.
            flags |= advertising.DORMANT
        elif lock.bolt == "unlocked":
            flags |= advertising.UNLOCKED
        flags |= advertising.UNREAD if self.unread else 0
        flags |= advertising.SETTING_MODE if self.setting_mode else 0
        return flags | (advertising.TOUCHED if self.awake else 0)

    def advertisement(self) -> Advert | None:
        """Return what the lock sends at this moment: nothing without power or while a link is open (9.1)."""
        if not self.hears or self.link is not None:
            return None
        state = advertising.State(
            header=self.header,
            mac=self.fidelity.advertised_mac or self.lock.mac,
            battery=self.lock.battery,
            flags=self.flags(),
            updating=self.device.updating,
        )
        return advertising.advert(self.name, state, self.rssi)

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have a function called whenever the advertisement changed."""
        self._told = self.advertisement()
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def time_passed(self) -> None:
        """Notice that a touch is over, or that the lock went to sleep."""
        self._changed()

    async def connect(self) -> Link:
        """Open a link."""
        if not self.hears or self.link is not None:
            raise NotInRange(self.address)
        self.surroundings.take_slot()
        link = self.link = Link(self)
        self.links += 1
        self.faults.new_link()
        self._active = self.lock.now()
        self._changed()
        await link.established()
        if self.fidelity.lost_connections:
            self.fidelity.lost_connections -= 1
            asyncio.get_running_loop().call_soon(link.drop)
        return link

    def link_ended(self, link: Link) -> None:
        """Be free for the next central."""
        if self.link is link:
            self.link = None
            self.linked_seconds += self.time.now() - link.opened
            self.present = self.on_touch = None
            self._active = self.lock.now()
            self.surroundings.free_slot()
            self._changed()

    def mark_read(self) -> None:
        """Take note that somebody fetches the new records (2.2)."""
        self.unread = False
        self._changed()

    # --- what the lock says by itself (5.5) ---------------------------------------------------------------------

    def bolt_state(self) -> int:
        """Return the state octet: 0 locked, 1 unlocked, 2 unknown, 3 dead-locked."""
        if not self.lock.knows_bolt_state:
            return 2
        if self.lock.double_locked:
            return 3
        return 1 if self.lock.bolt == "unlocked" else 0

    def door_state(self) -> int:
        """Return the octet of the door sensor: 0 open, 1 closed, 2 unknown."""
        if not self.lock.door_sensor:
            return 2
        return 0 if self.lock.door_open else 1

    def state_push(self) -> bytes:
        """Return the short push."""
        return bytes((self.lock.battery, self.bolt_state(), self.door_state()))

    def record_push(self, record: LockRecord) -> bytes:
        """Return the long push, which is also the reply to an unlock (5.4)."""
        local = record.lock_date / 1000 + self.lock.raw_offset
        identity = self.uid_of(record).to_bytes(4) + record.record_id.to_bytes(4)
        return bytes([record.battery]) + identity + calendar.encode(local)

    def uid_of(self, record: LockRecord) -> int:
        """Return who a record is about."""
        return record.uid or self.surroundings.uid(record.user)

    # --- pairing ----------------------------------------------------------------------------------------------

    def adopt(self, keys: Keys) -> None:
        """Belong to somebody from now on."""
        self.lock.pair(replace(self.lock.secrets, keys=keys))
        self._changed()

    def forget(self) -> None:
        """Belong to nobody: everything that was stored is gone (5.16)."""
        self.lock.reset()
        self.device = Device(serial=self.device.serial, name_prefix=self.device.name_prefix)
        self.bookmark, self.unread = self.lock.journal.last_sequence, False
        self._changed()

    # --- inside -----------------------------------------------------------------------------------------------

    def _session(self) -> Session | None:
        return self.link.session if self.link is not None else None

    def _recorded(self, record: LockRecord) -> None:
        self.unread = True
        self._active = self.lock.now()
        session = self._session()
        if session is not None and not session.handling:
            session.push(STATUS, self.record_push(record))
        self._changed()

    def _bolt_moved(self) -> None:
        self._active = self.lock.now()
        session = self._session()
        if session is not None and not session.handling:
            session.push(STATUS, self.state_push())
        self._changed()

    def _changed(self) -> None:
        if (now := self.advertisement() if self._listeners else None) == self._told:
            return
        self._told = now
        for listener in list(self._listeners):
            listener()
