"""The world: everything there is, and the wires between it."""

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path

from .accounts import Account, Application, Ekey, Tokens
from .app.state import AppState
from .clock import WorldClock
from .database import CloudRecord, Group, LockRow, Parcel, StandaloneSensor
from .faults import Faults
from .journal import LockRecord, LockRecordType
from .keypad import KeypadError
from .keys import lock_data
from .lock import LockRefused, VirtualLock
from .qr import current_image
from .reach import Gateway, Reach, WifiLink

RECORD_MONTHS_SECONDS = 183 * 86_400
TICK_SECONDS = 0.2


class World:
    """Locks, gateways, people and what the cloud knows of them."""

    def __init__(self, seed: str = "canary-world") -> None:
        """Start empty; ``load`` and ``generate`` make useful worlds."""
        self.seed = seed
        self.clock = WorldClock()
        self.applications: dict[str, Application] = {}
        self.accounts: dict[str, Account] = {}
        self.locks: dict[int, VirtualLock] = {}
        self.ekeys: dict[int, Ekey] = {}
        self.rows: dict[int, LockRow] = {}
        self.groups: dict[int, Group] = {}
        self.door_sensors: dict[int, StandaloneSensor] = {}
        self.strays: dict[str, VirtualLock] = {}
        """Locks the cloud does not know, by address: never registered, or deleted."""
        self.reach = Reach(self.clock.now)
        self.tokens = Tokens(seed)
        self.app = AppState(seed)
        self.faults = Faults()
        self.on_records: list[Callable[[VirtualLock, list[CloudRecord]], None]] = []
        self.on_gateway: list[Callable[[Gateway], None]] = []
        self.on_wifi: list[Callable[[VirtualLock, WifiLink], None]] = []
        self.on_undelivered: list[Callable[[VirtualLock, Parcel, int], None]] = []
        self._keys: dict[str, int] = {}
        self._gateway_keys: dict[str, int] = {}
        self._ekeys_of: dict[int, dict[int, Ekey]] = {}
        self._recorders: dict[int, Callable[[LockRecord], None]] = {}
        self._dirty: set[int] = set()
        self._awake: set[int] = set()
        self._serial = 80_863_000
        self.clock.on_move(self.settle)

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        *,
        only: Collection[str] | None = None,
        more_locks: int = 0,
        more_gateways: int = 1,
    ) -> World:
        """Build the default world, or the one a file describes; with some of its locks, or with made ones beside."""
        from .worldfile import load_world  # noqa: PLC0415  # the reader builds worlds, so it has to import this module

        return load_world(path, only=only, more_locks=more_locks, more_gateways=more_gateways)

    @classmethod
    def generate(cls, *, locks: int, gateways: int) -> World:
        """Build a world of a given size."""
        from .worldfile import generate_world  # noqa: PLC0415  # as above

        return generate_world(locks=locks, gateways=gateways)

    # --- finding things ----------------------------------------------------------------------------------------

    @property
    def application(self) -> Application:
        """Return the world's first application."""
        return next(iter(self.applications.values()))

    @property
    def gateways(self) -> dict[int, Gateway]:
        """Return the gateways by their number."""
        return self.reach.gateways

    def account(self, key: str) -> Account:
        """Return an account by its key."""
        return self.accounts[key]

    def lock(self, key: str | int) -> VirtualLock:
        """Return a lock by its key or id."""
        return self.locks[key if isinstance(key, int) else self._keys[key]]

    def find_lock(self, mac: str) -> VirtualLock | None:
        """Return the lock of an address, whether or not the cloud knows it."""
        known = next((lock for lock in self.locks.values() if lock.mac == mac), None)
        return known or self.strays.get(mac)

    def row(self, key: str | int) -> LockRow:
        """Return what the cloud knows of a lock."""
        return self.rows[self.lock(key).lock_id]

    def gateway(self, key: str | int) -> Gateway:
        """Return a gateway by its key or id."""
        return self.reach.gateways[key if isinstance(key, int) else self._gateway_keys[key]]

    def wifi(self, key: str | int) -> WifiLink:
        """Return the network side of a Wi-Fi lock."""
        return self.reach.wifi[self.lock(key).lock_id]

    def ekey(self, uid: int, lock_id: int) -> Ekey | None:
        """Return an account's ekey of a lock."""
        return self._ekeys_of.get(uid, {}).get(lock_id)

    def ekeys_of(self, uid: int) -> list[Ekey]:
        """Return all ekeys of an account."""
        return [ekey for ekey in self._ekeys_of.get(uid, {}).values() if ekey.lock_id in self.locks]

    def account_of(self, uid: int) -> Account:
        """Return an account by its number."""
        return next(account for account in self.accounts.values() if account.uid == uid)

    def find_account(self, username: str) -> Account | None:
        """Return the account of a user name, if there is one."""
        return next((account for account in self.accounts.values() if account.username == username), None)

    def next_id(self) -> int:
        """Return a fresh object number."""
        self._serial += 1
        return self._serial

    # --- building ----------------------------------------------------------------------------------------------

    def add_account(self, account: Account) -> None:
        """Let somebody exist."""
        self.accounts[account.key] = account

    def add_lock(self, lock: VirtualLock, row: LockRow, wifi: WifiLink | None = None) -> None:
        """Mount a lock and give its admin the admin ekey."""
        self.locks[lock.lock_id] = lock
        self.rows[lock.lock_id] = row
        self._keys[lock.key] = lock.lock_id
        if wifi is not None:
            self.reach.wifi[lock.lock_id] = wifi
        self.add_ekey(Ekey(key_id=self.next_id(), lock_id=lock.lock_id, uid=row.admin_uid, admin=True, name=row.alias))
        self.strays.pop(lock.mac, None)
        self.reach.place_lock(lock)
        lock.on_record.append(self._recorder(lock))
        lock.qr_page = lambda number: self._qr_page(lock, number)

    def add_ekey(self, ekey: Ekey) -> None:
        """Give an account an ekey; it replaces the one it had for that lock (ttlock-open-api.md 4.4)."""
        if (old := self.ekey(ekey.uid, ekey.lock_id)) is not None:
            del self.ekeys[old.key_id]
        self.ekeys[ekey.key_id] = ekey
        self._ekeys_of.setdefault(ekey.uid, {})[ekey.lock_id] = ekey

    def remove_ekey(self, ekey: Ekey) -> None:
        """Take an ekey away."""
        del self.ekeys[ekey.key_id]
        del self._ekeys_of[ekey.uid][ekey.lock_id]

    def ekeys_for(self, lock_id: int) -> list[Ekey]:
        """Return all ekeys of a lock."""
        return [ekey for ekey in self.ekeys.values() if ekey.lock_id == lock_id]

    def remove_account(self, account: Account) -> None:
        """Let somebody go, with all ekeys."""
        for ekey in self.ekeys_of(account.uid):
            self.remove_ekey(ekey)
        del self.accounts[account.key]
        self.tokens.forget(account.uid)

    def remove_lock(self, lock: VirtualLock) -> None:
        """Forget a lock with everything the cloud knew of it; the lock itself is not told (ttlock-open-api.md 4.1)."""
        for ekey in self.ekeys_for(lock.lock_id):
            self.remove_ekey(ekey)
        lock.on_record.remove(self._recorders.pop(lock.lock_id))
        lock.known_to_cloud = False
        self.strays[lock.mac] = lock
        del self.locks[lock.lock_id], self.rows[lock.lock_id], self._keys[lock.key]
        self.reach.remove_lock(lock)

    def transfer_lock(self, lock: VirtualLock, receiver: Account) -> None:
        """Give a lock to somebody else; common ekeys stay (our guess)."""
        row = self.rows[lock.lock_id]
        if (old := self.ekey(row.admin_uid, lock.lock_id)) is not None:
            self.remove_ekey(old)
        row.admin_uid = receiver.uid
        key_id = self.next_id()
        self.add_ekey(Ekey(key_id=key_id, lock_id=lock.lock_id, uid=receiver.uid, admin=True, name=row.alias))

    def add_gateway(self, gateway: Gateway) -> None:
        """Put up a gateway."""
        self.reach.add_gateway(gateway)
        self._gateway_keys[gateway.key] = gateway.gateway_id
        gateway.on_change = self._gateway_changed

    # --- time and upload ---------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everything that fell due happen, and bring new records up to the cloud."""
        for lock in self.locks.values():
            lock.settle()
        self.upload()

    def upload(self) -> None:
        """Bring waiting records of connected locks up to the cloud, and waiting changes down to locks that woke up."""
        for lock_id in sorted(self._dirty & self.locks.keys()):
            self._bring_up(self.locks[lock_id])
        for lock_id in sorted(self._awake & self.locks.keys()):
            self.deliver(self.locks[lock_id])
        self._awake.clear()

    def _recorder(self, lock: VirtualLock) -> Callable[[LockRecord], None]:
        self._recorders[lock.lock_id] = listener = lambda _: self._recorded(lock)
        return listener

    def _recorded(self, lock: VirtualLock) -> None:
        self._dirty.add(lock.lock_id)
        self._bring_up(lock)

    def _bring_up(self, lock: VirtualLock) -> None:
        row = self.rows[lock.lock_id]
        if not lock.alive or not self.reach.connected(lock, row.admin_uid):
            return
        self._dirty.discard(lock.lock_id)
        if row.parcels:
            # A lock in power saving connects to report, and takes along what waits for it.
            self._awake.add(lock.lock_id)
        fresh = lock.journal.after(row.uploaded)
        row.uploaded = lock.journal.last_sequence
        if stored := [kept for record in fresh if (kept := self._store(row, record)) is not None]:
            for listener in self.on_records:
                listener(lock, stored)

    def wake(self, lock: VirtualLock) -> None:
        """Let a power-saving lock connect now."""
        self.deliver(lock)
        self.upload()

    def set_wifi_online(self, key: str | int, online: bool) -> None:
        """Take a Wi-Fi lock off its network or bring it back."""
        lock, wifi = self.lock(key), self.wifi(key)
        if wifi.online != online:
            wifi.online = online
            for listener in self.on_wifi:
                listener(lock, wifi)
            self.upload()

    def deliver(self, lock: VirtualLock) -> None:
        """Hand a lock the changes that wait for it."""
        row = self.rows[lock.lock_id]
        waiting, row.parcels = row.parcels, []
        for parcel in waiting:
            try:
                parcel.apply()
            except LockRefused, KeypadError:
                parcel.failed()
                # Settings have no object type, and no callback tells of them (ttlock-open-api.md 5.2).
                for listener in self.on_undelivered if parcel.object_type else ():
                    listener(lock, parcel, 1)
            else:
                parcel.done()

    async def run(self) -> None:
        """Let the time have its effect for as long as this runs."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.settle()
            for lock in self.locks.values():
                wifi = self.reach.wifi.get(lock.lock_id)
                if self.rows[lock.lock_id].parcels and (wifi is None or not wifi.power_saving):
                    self.deliver(lock)

    def revoke_tokens(self) -> None:
        """Expire every access token; refresh tokens go on working."""
        self.tokens.revoke_all()

    def secrets(self) -> set[str]:
        """Return every string that must not appear in logs, diagnostics or states."""
        found = self.tokens.strings() | self.app.secrets()
        for application in self.applications.values():
            found.add(application.client_secret)
        for account in self.accounts.values():
            found.add(account.password_md5)
            # The password of an account that an ekey made is the end of its name: no secret.
            if account.password and not account.username.endswith(account.password):
                found.add(account.password)
        for lock in self.locks.values():
            own = lock.secrets
            found |= {own.aes_key_str, own.keys.aes_key.hex(), own.no_key_pwd, own.delete_code, own.delete_pwd} - {""}
            found |= {own.admin_pwd, own.lock_key, str(own.keys.admin_ps), str(own.keys.unlock_key)}
            found |= set(lock.keypad.table)
            row = self.rows[lock.lock_id]
            found |= {lock_data(lock, row, ekey) for ekey in self.ekeys_for(lock.lock_id)}
            found |= {passcode.digits for passcode in row.passcodes.values()}
            found |= {code.link for code in row.qr_codes.values()}
            found |= {row.admin_passcode} if row.admin_passcode else set()
        found |= {ekey.link for ekey in self.ekeys.values() if ekey.link}
        return found

    def _qr_page(self, lock: VirtualLock, number: str) -> str | None:
        row = self.rows.get(lock.lock_id)
        code = next((code for code in row.qr_codes.values() if code.number == number), None) if row else None
        return None if code is None else current_image(lock.secrets.seed, code, self.clock.now())

    def _store(self, row: LockRow, record: LockRecord) -> CloudRecord | None:
        if (record.lock_date, record.type_from_lock, record.number) in row.from_phone:
            return None
        return self.take_record(row, record)

    def take_record(self, row: LockRow, record: LockRecord) -> CloudRecord | None:
        """Write a record into the cloud, or return None when the cloud does not keep its kind."""
        row.battery = record.battery
        for passcode in row.passcodes.values():
            if passcode.digits == record.number and record.type_from_lock == LockRecordType.PASSCODE_UNLOCK:
                passcode.used = True
        if (record_type := record.record_type) is None:
            return None
        kept = CloudRecord(
            record_id=self.next_id(),
            record=record,
            record_type=record_type,
            username=row.name_of(record),
            server_date=self.clock.now_ms(),
        )
        row.records.append(kept)
        oldest = self.clock.now_ms() - RECORD_MONTHS_SECONDS * 1000
        if row.records[0].server_date < oldest:
            row.records = [old for old in row.records if old.server_date >= oldest]
        return kept

    def _gateway_changed(self, gateway: Gateway) -> None:
        for listener in self.on_gateway:
            listener(gateway)
        if gateway.online:
            self.upload()
