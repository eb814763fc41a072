"""Callbacks of the cloud: one address per developer application, shared by its accounts (ttlock-open-api.md 5).

Callbacks are not signed. They are a hint with data: what they say is believed by the rules of `LockCoordinator`, and
only about locks, gateways and sensors that an account has. What is refused because there is too much of it is read
from the cloud's own list.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from hashlib import blake2b
from http import HTTPStatus
import time
from typing import Final

from aiohttp import ClientError, web
from aiohttp.hdrs import CONTENT_LENGTH, METH_POST
from aiohttp.http import HttpProcessingError
from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey

from .client.callbacks import claimed_mac, notices_of_body
from .const import CONF_AUTH_IMPLEMENTATION, DOMAIN, LOGGER
from .coordinator import AccountCoordinator, TTLockConfigEntry

LARGEST_BODY: Final = 256 * 1024
"""Hundreds of records; more come in several callbacks."""
READ_SECONDS: Final = 10
RECORD_BYTES: Final = 512
"""About what a record takes in a form."""
MOST_RECORDS_AT_ONCE: Final = 600
"""More than a lock stores, as after its gateway was away."""
RECORDS_A_SECOND: Final = 5
"""More than a hotel makes."""
RECORDS: Final = b"records="
REPLAYS_KNOWN: Final = 100

HUB: HassKey[PushHub] = HassKey(f"{DOMAIN}_push")


@dataclass(slots=True)
class _Application:
    """The address of one developer application, and who listens at it."""

    accounts: list[AccountCoordinator] = field(default_factory=list)
    left: float = MOST_RECORDS_AT_ONCE
    """Records that may still be looked at."""
    counted_at: float = field(default_factory=time.monotonic)
    taken: deque[bytes] = field(default_factory=lambda: deque(maxlen=REPLAYS_KNOWN))
    """Marks of the last forms with records that were looked at."""

    def admits(self, size: int) -> bool:
        """Return whether a form of that size may be looked at; what it may hold is counted before it is read."""
        now = time.monotonic()
        self.left = min(self.left + (now - self.counted_at) * RECORDS_A_SECOND, MOST_RECORDS_AT_ONCE)
        self.counted_at = now
        cost = 1 + size / RECORD_BYTES
        if cost > self.left:
            return False
        self.left -= cost
        return True

    @callback
    def async_take(self, body: bytes) -> None:
        """Let the accounts hear a form, if it is about something that they have."""
        for account in self.accounts:
            account.push.async_pinged()
        mac = claimed_mac(body)
        if mac is None or not (concerned := [account for account in self.accounts if mac in account.push.macs]):
            return
        mark = blake2b(body, digest_size=16).digest() if RECORDS in body else None
        if mark is not None and mark in self.taken:
            # It comes again as it was: nothing in it is new, and it shall not take the turn of something that is.
            return
        if not self.admits(len(body)):
            for account in concerned:
                account.push.async_refused(mac)
            return
        if mark is not None:
            self.taken.append(mark)
        for notice in notices_of_body(body):
            for account in concerned:
                account.push.async_hear(notice)


class PushHub:
    """The addresses of all applications.

    Accounts of one application hear what comes to the address of any of them: the portal takes only one.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without any."""
        self._hass = hass
        self._by_name: dict[str, _Application] = {}
        self._by_address: dict[str, _Application] = {}

    @callback
    def async_join(self, account: AccountCoordinator) -> None:
        """Let an account hear what comes to the address of its application."""
        entry = account.config_entry
        new = CONF_WEBHOOK_ID not in entry.data
        webhook_id = _webhook_id(self._hass, entry)
        application = self._by_name.setdefault(entry.data[CONF_AUTH_IMPLEMENTATION], _Application())
        # An account that was moved to another application shares its address with those it left.
        application = self._by_address.get(webhook_id, application)
        application.accounts.append(account)
        if webhook_id not in self._by_address:
            self._by_address[webhook_id] = application
            webhook.async_register(
                self._hass,
                DOMAIN,
                "TTLock",
                webhook_id,
                self._async_handle,
                local_only=False,
                allowed_methods=[METH_POST],
            )
        account.push.async_begin(application.accounts, new=new)

    @callback
    def async_leave(self, account: AccountCoordinator) -> None:
        """Let an account hear no more; the address of an account is closed when nobody else has it."""
        account.push.async_shutdown()
        webhook_id = account.config_entry.data[CONF_WEBHOOK_ID]
        accounts = self._by_address[webhook_id].accounts
        accounts.remove(account)
        if all(other.config_entry.data[CONF_WEBHOOK_ID] != webhook_id for other in accounts):
            del self._by_address[webhook_id]
            webhook.async_unregister(self._hass, webhook_id)

    async def _async_handle(self, hass: HomeAssistant, webhook_id: str, request: web.Request) -> web.Response:
        """Take a callback; what is wrong with it is the sender's matter, who gets the same answer always."""
        body = await _body(request)
        if body is None:
            LOGGER.debug("A callback is too big, or broke off")
        elif (application := self._by_address.get(webhook_id)) is not None:
            application.async_take(body)
        # What the vendor wants to see (ttlock-open-api.md 5.3).
        return web.Response(text="success", status=HTTPStatus.OK)


@singleton(HUB)
@callback
def async_hub(hass: HomeAssistant) -> PushHub:
    """Return the hub of this Home Assistant."""
    return PushHub(hass)


async def _body(request: web.Request) -> bytes | None:
    """Read a body of bounded size; what says that it is larger is not read at all.

    Callbacks through Home Assistant Cloud have a content without a length.
    """
    declared = request.headers.get(CONTENT_LENGTH, "0")
    if not declared.isdecimal() or int(declared) > LARGEST_BODY:
        return None
    # Of a request through the cloud each look begins anew.
    body, content = bytearray(), request.content
    try:
        async with asyncio.timeout(READ_SECONDS):
            while len(body) <= LARGEST_BODY and (more := await content.read(LARGEST_BODY + 1 - len(body))):
                body += more
    except OSError, ClientError, HttpProcessingError, web.RequestPayloadError:
        return None
    return bytes(body) if len(body) <= LARGEST_BODY else None


@callback
def _webhook_id(hass: HomeAssistant, entry: TTLockConfigEntry) -> str:
    """Return the address of an entry: its own, which the user entered in the portal, or that of its application."""
    if webhook_id := entry.data.get(CONF_WEBHOOK_ID):
        return str(webhook_id)
    application = entry.data[CONF_AUTH_IMPLEMENTATION]
    others = [
        str(other.data[CONF_WEBHOOK_ID])
        for other in hass.config_entries.async_entries(DOMAIN)
        if other.data.get(CONF_AUTH_IMPLEMENTATION) == application and CONF_WEBHOOK_ID in other.data
    ]
    webhook_id = others[0] if others else webhook.async_generate_id()
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_WEBHOOK_ID: webhook_id})
    return webhook_id
