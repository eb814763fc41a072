"""The private cloud of the vendor's phone apps, from which an account gets its Bluetooth keys (ttlock-app-cloud.md).

It is not documented and serves us nowhere else. The library that speaks to it, and that carries the identity of the app
it speaks as, is installed when somebody chooses this way and imported only here: import this module only after
`async_open` of `app_flow`.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
import json
import os
from typing import Any, Final, override

from homeassistant.util import dt as dt_util
from homeassistant.util.ssl import get_default_context
import httpx
from ttlock_ble import CloudError, TTLockCloud

from .app_reply import AppKeys, AppRefusal
from .client import Secret, parse
from .client.ble.key_import import NoKey, find_keys
from .const import ENV_API_URL, LOGGER

TIMEOUT_SECONDS: Final = 35
MOST_PAGES: Final = 20
"""A bound in case the cloud miscounts its pages."""
NEW_DEVICE: Final = -1014
WRONG_PASSWORD: Final = frozenset({-1003, 10007})
"""Neither is documented for this cloud; the second is the number of the documented one (section 4)."""
KEY_PAGE: Final = "/check/syncDataPage"


class AppAccount:
    """One sign-in, which lasts as long as its form."""

    def __init__(self, username: str, password: Secret, installation: str) -> None:
        """Sign in as one installation: with a new one the cloud asks who that is (3.3)."""
        self._username = username
        self._password = password
        self._looked_for_region = False
        self._account_id = 0
        address = os.environ.get(ENV_API_URL)
        self._client = httpx.AsyncClient(verify=get_default_context(), timeout=TIMEOUT_SECONDS)
        self._cloud = _Cloud(installation, self._client, **({"base_url": address} if address else {}))

    async def async_close(self) -> None:
        """Forget the connection."""
        await self._client.aclose()

    async def async_sign_in(self) -> None:
        """Sign in; the reason `app_code_wanted` means that the cloud wants to know who this is."""
        if not self._looked_for_region:
            self._looked_for_region = True
            await self._async_find_region()
        async with _translated():
            self._account_id = (await self._cloud.login(self._username, self._password.reveal())).uid

    async def _async_find_region(self) -> None:
        """Ask which site serves this internet address; without an answer the usual one has to do (5.1)."""
        try:
            async with _translated():
                await self._cloud.discover_site()
        except AppRefusal as err:
            LOGGER.debug("The region of the app's cloud is not known: %s", err)

    async def async_send_code(self) -> None:
        """Have a code mailed or texted to the owner of the account."""
        async with _translated():
            await self._cloud.request_login_verification_code(self._username)

    async def async_confirm(self, code: Secret) -> None:
        """Tell the code, after which this installation may sign in."""
        try:
            async with _translated():
                await self._cloud.validate_new_device(self._username, code.reveal())
        except AppRefusal as err:
            # The number for a wrong code is not known; a cloud that fails says so otherwise.
            raise AppRefusal("app_code_wrong") if err.code is not None else err from None

    async def async_fetch(self) -> AppKeys:
        """Return the keys of all locks that the account may open, once it is signed in."""
        async with _translated():
            await self._cloud.list_keys()
        keys: dict[int, Secret] = {}
        for row in self._cloud.rows:
            if (found := _key_of(row, self._account_id)) is not None:
                keys[found[0]] = found[1]
        unreadable = len(self._cloud.rows) - len(keys)
        return AppKeys(account_id=self._account_id, keys=keys, unreadable=unreadable)


class _Cloud(TTLockCloud):
    """The library's client with an installation of ours, lenient numbers, and the rows as they came."""

    def __init__(self, installation: str, client: httpx.AsyncClient, **options: Any) -> None:
        super().__init__(client=client, **options)
        self._installation = installation
        self.rows: list[Mapping[str, Any]] = []

    @override
    async def _async_uniqueid(self) -> str:
        # The library keeps one in the home folder, which a container loses.
        return self._installation

    @override
    async def _post(self, path: str, params: Mapping[str, str], *, version: str | None = None) -> dict[str, Any]:
        if path != KEY_PAGE:
            return await self._send(path, params, version)
        # The library drops keys that it cannot read, quoting them in the log, and has no last page: we read them all
        # here, and show it none.
        self.rows = []
        for page in range(1, MOST_PAGES + 1):
            body = await self._send(path, {**params, "pageNo": str(page)}, version)
            rows = body.get("keyInfos") or body.get("keyList")
            if not isinstance(rows, list) or not rows:
                break
            self.rows += [row for row in rows if isinstance(row, Mapping)]
            if page >= (parse.integer(body.get("pages")) or parse.integer(body.get("pageNos")) or 1):
                break
        return {}

    async def _send(self, path: str, params: Mapping[str, str], version: str | None) -> dict[str, Any]:
        try:
            body: dict[str, Any] = await super()._post(path, params, version=version)
        except CloudError as err:
            # Success may be spelled as text, which the library takes for a failure.
            if _code(err.body) != 0:
                raise
            return dict(err.body)
        return body


@asynccontextmanager
async def _translated() -> AsyncGenerator[None]:
    """Turn what the library raises into AppRefusal."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            yield
    except CloudError as err:
        raise _refusal(err.body) from None
    except TimeoutError, httpx.TimeoutException:
        raise AppRefusal("timeout") from None
    except httpx.HTTPError:
        raise AppRefusal("cannot_connect") from None
    except AttributeError, TypeError, ValueError:
        # No JSON, or another kind of it.
        raise AppRefusal("server_fault") from None


def _refusal(body: Mapping[str, object]) -> AppRefusal:
    code = _code(body)
    if code is None:
        status = parse.integer(body.get("http_status"))
        refused = status in (401, 403)
        return AppRefusal("app_refused", status) if refused else AppRefusal("server_fault")
    if code == NEW_DEVICE:
        return AppRefusal("app_code_wanted", code)
    return AppRefusal("app_account_rejected" if code in WRONG_PASSWORD else "app_refused", code)


def _code(body: Mapping[str, object]) -> int | None:
    """Return the number with which the cloud answered, however it is spelled; None without one."""
    codes = [parse.integer(body[name]) for name in ("errcode", "errorCode") if name in body]
    return next((code for code in codes if code), 0 if codes else None)


def _key_of(row: Mapping[str, Any], account_id: int) -> tuple[int, Secret] | None:
    """Return the number of a lock and its key."""
    if (lock_id := parse.integer(row.get("lockId"))) is None:
        return None
    try:
        text = Secret(json.dumps({"uid": account_id, **row}, default=str))
        (found,) = find_keys(text, zone=dt_util.get_default_time_zone(), now=dt_util.utcnow())
    except NoKey:
        return None
    return lock_id, found.data.encode()
