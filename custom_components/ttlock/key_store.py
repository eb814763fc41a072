"""The Bluetooth keys of the locks of one entry, in a file of their own: they open doors.

Apart from the entry, so that neither its diagnostics nor whoever is handed it holds them (compatibility.md 4.6).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .client import Secret
from .client.ble.lock_data import LockData
from .client.errors import KeyInvalid, TTLockError
from .const import BLUETOOTH_ENTRY, DOMAIN, KEY_REFRESH_PAUSE, LOGGER

VERSION: Final = 1
SAVE_DELAY_SECONDS: Final = 1

type Fetch = Callable[[int], Awaitable[Secret | None]]


@dataclass(frozen=True, slots=True)
class Handover:
    """Keys on their way into the store of an entry."""

    keys: Mapping[int, Secret]
    whole: bool
    """There are no others: those of other locks are forgotten."""


type Handed = dict[str, Handover]

HANDED_OVER: HassKey[Handed] = HassKey(f"{DOMAIN}_new_keys")


@singleton(HANDED_OVER)
def async_handed_over(hass: HomeAssistant) -> Handed:
    """Return the keys of entries that are about to be set up, by the unique id of the entry."""
    return {}


@callback
def async_hand_over(hass: HomeAssistant, unique_id: str, keys: Mapping[int, Secret], *, whole: bool = False) -> None:
    """Leave keys for an entry that may not exist yet; its next set-up puts them into its store."""
    async_handed_over(hass)[unique_id] = Handover(dict(keys), whole)


def local_lock_id(address: str) -> int:
    """Return the number of a lock that no cloud has numbered: its address, which is larger than the cloud's numbers."""
    return int(address.replace(":", ""), 16)


class KeyStore:
    """Keep what opens each lock over Bluetooth, as the vendor's `lockData` (ttlock-ble-protocol.md 4.4)."""

    def __init__(self, hass: HomeAssistant, entry_id: str, fetch: Fetch | None = None) -> None:
        """Name the file after the entry; `fetch` asks the cloud for the key of one lock."""
        self._hass = hass
        self._fetch = fetch
        self._store: Store[dict[str, str]] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}.keys", private=True, atomic_writes=True
        )
        self._keys: dict[int, LockData] = {}
        self._texts: dict[int, Secret] = {}
        """What was put last, so that the same is not deciphered again."""
        self._fetched: dict[int, datetime] = {}
        self._listeners: list[Callable[[int], None]] = []

    async def async_load(self, unique_id: str | None = None) -> None:
        """Read the file, and take what was handed over for an entry with that unique id."""
        for key, kept in (await self._store.async_load() or {}).items():
            try:
                self._keys[int(key)] = LockData.decode(Secret(kept))
                self._texts[int(key)] = Secret(kept)
            except (KeyInvalid, TypeError, ValueError) as err:
                LOGGER.warning("A stored Bluetooth key cannot be read: %s", type(err).__name__)
        if handed := async_handed_over(self._hass).pop(unique_id or "", None):
            for lock_id in self._keys.keys() - handed.keys.keys() if handed.whole else ():
                self.forget(lock_id)
            for lock_id, text in handed.keys.items():
                self.put(lock_id, self._with_counter(lock_id, text))
            # They exist nowhere else.
            await self.async_flush()
        if unique_id == BLUETOOTH_ENTRY:
            await self._async_take_homeless()

    async def async_flush(self) -> None:
        """Write now what was to be written soon."""
        await self._store.async_save(self._as_json())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    @property
    def lock_ids(self) -> frozenset[int]:
        """Return the locks whose key is known."""
        return frozenset(self._keys)

    def get(self, lock_id: int) -> LockData | None:
        """Return the key of a lock with what else its `lockData` says."""
        return self._keys.get(lock_id)

    def lock_id_of(self, address: str) -> int | None:
        """Return the number of the lock with an address."""
        return next((number for number, data in self._keys.items() if data.address == address.upper()), None)

    @callback
    def put(self, lock_id: int, text: Secret) -> bool:
        """Keep the `lockData` of a lock; False when it is none, or one that the lock does not take any more."""
        if self._texts.get(lock_id) == text:
            return True
        try:
            data = LockData.decode(text)
            kept = self._keep(lock_id, data)
        except KeyInvalid as err:
            LOGGER.debug("No Bluetooth key in what the cloud says of lock %s: %s", lock_id, err)
            return False
        if kept:
            self._texts[lock_id] = text
        return kept

    @callback
    def put_members(self, lock_id: int, members: Secret) -> None:
        """Keep a key that was read as single fields, unless one is known already that can do all."""
        known = self._keys.get(lock_id)
        if known is not None and known.is_of_admin:
            return
        try:
            self._keep(lock_id, LockData(members))
        except KeyInvalid as err:
            LOGGER.debug("No Bluetooth key in the details of lock %s: %s", lock_id, err)

    @callback
    def forget(self, lock_id: int) -> None:
        """Drop a lock that is gone."""
        self._texts.pop(lock_id, None)
        self._fetched.pop(lock_id, None)
        if self._keys.pop(lock_id, None):
            self._save()
            self._tell(lock_id)

    async def async_refresh(self, lock_id: int) -> bool:
        """Ask the cloud for the key of a lock that refuses the one that is known; True when it has another.

        A lock is asked about once an hour at most: whoever was locked out stays so until somebody does something.
        """
        now = dt_util.utcnow()
        last = self._fetched.get(lock_id)
        if self._fetch is None or (last is not None and now - last < KEY_REFRESH_PAUSE):
            return False
        self._fetched[lock_id] = now
        before = self._keys.get(lock_id)
        try:
            text = await self._fetch(lock_id)
        except TTLockError as err:
            LOGGER.debug("The key of lock %s could not be fetched: %s", lock_id, err)
            return False
        if text is None or not self.put(lock_id, text):
            return False
        return before is None or self._keys[lock_id].key != before.key

    @callback
    def async_listen(self, listener: Callable[[int], None]) -> CALLBACK_TYPE:
        """Call with the number of a lock whenever its key is another, or gone."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    async def _async_take_homeless(self) -> None:
        """Take the keys of locks that were paired; a lock that was known before keeps its number."""
        waiting = await async_homeless_keys(self._hass)
        if not waiting.lock_ids:
            return
        for lock_id in waiting.lock_ids:
            if data := waiting.get(lock_id):
                self.put(self.lock_id_of(data.address) or lock_id, data.encode())
        await self.async_flush()
        await waiting.async_remove()

    def _with_counter(self, lock_id: int, text: Secret) -> Secret:
        """Return a key with the counter that is known of the lock: whoever types one has no counter to type."""
        known, data = self._keys.get(lock_id), LockData.decode(text)
        if known is None or known.key.aes != data.key.aes or known.key.flag <= data.key.flag:
            return text
        return data.with_members({"lockFlagPos": known.key.flag}).encode()

    def _keep(self, lock_id: int, data: LockData) -> bool:
        known, key = self._keys.get(lock_id), data.key
        # A lock refuses keys with a lower counter than it has seen: the cloud has not heard yet that ekeys were reset.
        if known is not None and known.key.aes == key.aes and known.key.flag > key.flag:
            return False
        if known != data:
            self._keys[lock_id] = data
            self._save()
            if known is None or known.key != key:
                self._tell(lock_id)
        return True

    def _save(self) -> None:
        self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    def _tell(self, lock_id: int) -> None:
        for listener in tuple(self._listeners):
            listener(lock_id)

    def _as_json(self) -> dict[str, str]:
        return {str(lock_id): data.encode().reveal() for lock_id, data in self._keys.items()}


async def async_homeless_keys(hass: HomeAssistant) -> KeyStore:
    """Return the keys of locks that were paired and belong to no entry yet; they exist nowhere else."""
    keys = KeyStore(hass, BLUETOOTH_ENTRY)
    await keys.async_load()
    return keys
