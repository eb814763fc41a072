"""Callbacks of the cloud: one address per developer application, shared by its accounts (ttlock-open-api.md 5).

Callbacks are not signed. They are a hint with data: what they say is believed by the rules of `LockCoordinator`, and
only about locks and gateways that an account has.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.hdrs import METH_POST
from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.helpers.singleton import singleton
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .client.callbacks import notices_of
from .const import CONF_AUTH_IMPLEMENTATION, DOMAIN, LOGGER
from .coordinator import AccountCoordinator, TTLockConfigEntry

LARGEST_BODY: Final = 256 * 1024
"""Hundreds of records; more come in several callbacks."""
CALLBACKS_A_MINUTE: Final = 300
"""More than a house makes; what is dropped is found in the list."""
MOST_FIELDS: Final = 50

HUB: HassKey[PushHub] = HassKey(f"{DOMAIN}_push")


class PushHub:
    """The addresses of all applications, and who listens at them."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without any."""
        self._hass = hass
        self._accounts: dict[str, list[AccountCoordinator]] = {}
        self._arrivals: dict[str, deque[datetime]] = {}

    @callback
    def async_join(self, account: AccountCoordinator) -> None:
        """Let an account hear what comes to the address of its application."""
        webhook_id = _webhook_id(self._hass, account.config_entry)
        listening = self._accounts.setdefault(webhook_id, [])
        listening.append(account)
        if len(listening) == 1:
            webhook.async_register(
                self._hass,
                DOMAIN,
                "TTLock",
                webhook_id,
                self._async_handle,
                local_only=False,
                allowed_methods=[METH_POST],
            )

    @callback
    def async_leave(self, account: AccountCoordinator) -> None:
        """Let an account hear no more; with the last one the address is closed."""
        for webhook_id, listening in list(self._accounts.items()):
            if account in listening:
                listening.remove(account)
            if not listening:
                del self._accounts[webhook_id]
                webhook.async_unregister(self._hass, webhook_id)

    async def _async_handle(self, hass: HomeAssistant, webhook_id: str, request: web.Request) -> web.Response:
        """Take a callback; what is wrong with it is the sender's matter, who gets the same answer always."""
        accounts = list(self._accounts.get(webhook_id, ()))
        if not self._admitted(webhook_id):
            return _answer()
        form = await _form(request)
        if form is None:
            LOGGER.debug("A callback is too big or no form")
            return _answer()
        for account in accounts:
            account.push.async_pinged()
        for notice in notices_of(form):
            for account in accounts:
                account.push.async_hear(notice)
        return _answer()

    def _admitted(self, webhook_id: str) -> bool:
        """Return whether one more callback may be looked at this minute."""
        arrivals = self._arrivals.setdefault(webhook_id, deque(maxlen=CALLBACKS_A_MINUTE))
        now = dt_util.utcnow()
        if len(arrivals) == CALLBACKS_A_MINUTE and now - arrivals[0] < timedelta(minutes=1):
            return False
        arrivals.append(now)
        return True


@singleton(HUB)
@callback
def async_hub(hass: HomeAssistant) -> PushHub:
    """Return the hub of this Home Assistant."""
    return PushHub(hass)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackState:
    """How callbacks stand for an account, for those who set them up."""

    url: str | None
    """What belongs into the vendor's portal. Who knows it can send made-up callbacks."""
    problem: str | None
    """Why it cannot work: no_external_url or plain_http."""
    last_ping: datetime | None
    last_event: datetime | None
    alive: bool


async def async_callback_state(hass: HomeAssistant, entry: TTLockConfigEntry) -> CallbackState:
    """Return how callbacks stand."""
    url, problem = await _async_url(hass, entry.data[CONF_WEBHOOK_ID])
    push = entry.runtime_data.push
    return CallbackState(
        url=url, problem=problem, last_ping=push.last_ping, last_event=push.last_event, alive=push.alive
    )


async def _async_url(hass: HomeAssistant, webhook_id: str) -> tuple[str | None, str | None]:
    """Return the address to enter in the vendor's portal, and why it cannot work, as one word.

    The vendor wants https, a real name and port 443 or 80 (ttlock-open-api.md 5.1).
    """
    if "cloud" in hass.config.components:
        from homeassistant.components import cloud  # noqa: PLC0415  # its library is there only with Home Assistant Cloud

        if cloud.async_active_subscription(hass):
            try:
                return await cloud.async_get_or_create_cloudhook(hass, webhook_id), None
            except cloud.CloudNotAvailable:
                LOGGER.debug("Home Assistant Cloud is not connected")
    try:
        url = webhook.async_generate_url(hass, webhook_id, allow_internal=False, allow_ip=False)
    except NoURLAvailableError:
        return None, "no_external_url"
    return url, None if url.startswith("https://") else "plain_http"


async def _form(request: web.Request) -> dict[str, list[str]] | None:
    """Read a form of bounded size. Callbacks through Home Assistant Cloud have a content without a length."""
    try:
        body = await request.content.read(LARGEST_BODY + 1)
        while body and len(body) <= LARGEST_BODY and (more := await request.content.read(LARGEST_BODY)):
            body += more
        if len(body) > LARGEST_BODY:
            return None
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError, OSError:
        return None
    form: dict[str, list[str]] = {}
    for key, value in pairs:
        form.setdefault(key, []).append(value)
    return form


def _answer() -> web.Response:
    """Return what the vendor wants to see (ttlock-open-api.md 5.3)."""
    return web.Response(text="success", status=HTTPStatus.OK)


@callback
def _webhook_id(hass: HomeAssistant, entry: TTLockConfigEntry) -> str:
    """Return the address of an entry: its own, which the user entered in the portal, or that of its application."""
    if webhook_id := entry.data.get(CONF_WEBHOOK_ID):
        return str(webhook_id)
    application = entry.data[CONF_AUTH_IMPLEMENTATION]
    others: list[Any] = [
        other.data[CONF_WEBHOOK_ID]
        for other in hass.config_entries.async_entries(DOMAIN)
        if other.data.get(CONF_AUTH_IMPLEMENTATION) == application and CONF_WEBHOOK_ID in other.data
    ]
    webhook_id = str(others[0]) if others else webhook.async_generate_id()
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_WEBHOOK_ID: webhook_id})
    return webhook_id
