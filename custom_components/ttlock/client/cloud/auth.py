"""Signing in to an account with a developer application (ttlock-open-api.md 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
import hashlib

import aiohttp

from .. import parse
from ..errors import AccountRejected, ApplicationRejected, ServerFault, TransportError, TTLockError, WrongRegion
from ..secret import Secret
from .http import Json, exchange

TOKEN_PATH = "/oauth2/token"
MONTH_COUNT_PATH = "/app/getMonthRequestCount"
DEFAULT_LIFETIME_SECONDS = 7_776_000
"""Ninety days, the vendor's default, for a reply that does not say."""
SIGN_IN_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A developer application: its id and secret."""

    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What the cloud hands out for an account."""

    access: Secret
    refresh: Secret
    lifetime_seconds: int
    account_id: int | None
    """The stable number of the account; a renewal does not repeat it."""


def password_digest(password: str) -> Secret:
    """Return the form in which the cloud takes a password: MD5 in hex (2.2)."""
    return Secret(hashlib.md5(password.encode(), usedforsecurity=False).hexdigest())


async def sign_in(
    session: aiohttp.ClientSession, host: str, application: Application, username: str, password: Secret
) -> Token:
    """Sign in with an app account; `password` is the digest.

    Raises ApplicationRejected, AccountRejected, WrongRegion, QuotaExceeded or a TransportError.
    """
    return await _request(
        session,
        host,
        application,
        {"grant_type": "password", "username": username, "password": password.reveal()},
    )


async def sign_in_anywhere(
    session: aiohttp.ClientSession,
    hosts: Mapping[str, str],
    application: Application,
    username: str,
    password: Secret,
) -> tuple[str, Token]:
    """Find the region of the account by trying: return its key in `hosts` and the token.

    The regions know nothing of each other's applications and accounts, so a wrong region may be reported as such, as
    an unknown application or as a wrong account; each leads to the next region. When none accepts, the region that
    knew most decides: the one that refused the account, then the application, then whatever kept us from asking.
    """
    refusals: list[TTLockError] = []
    for region, host in hosts.items():
        try:
            return region, await sign_in(session, host, application, username, password)
        except (AccountRejected, ApplicationRejected, WrongRegion, TransportError) as err:
            refusals.append(err)
    for kind in (AccountRejected, ApplicationRejected, TransportError, WrongRegion):
        for refusal in refusals:
            if isinstance(refusal, kind):
                raise refusal
    raise WrongRegion


async def renew(session: aiohttp.ClientSession, host: str, application: Application, refresh: Secret) -> Token:
    """Exchange a refresh token for new tokens; keeps the old refresh token when none comes back.

    Raises RefreshRejected when the user has to sign in again, else as `sign_in`.
    """
    return await _request(
        session,
        host,
        application,
        {"grant_type": "refresh_token", "refresh_token": refresh.reveal()},
        refresh,
    )


async def month_request_count(session: aiohttp.ClientSession, host: str, application: Application) -> int:
    """Return how many calls the application made since the month began in Beijing (ttlock-open-api.md 1.6)."""
    reply = await exchange(
        session,
        host + MONTH_COUNT_PATH,
        _credentials(application),
        post=True,
        timeout_seconds=SIGN_IN_TIMEOUT_SECONDS,
        repeatable=True,
    )
    if reply.error is not None:
        raise reply.error
    if (count := parse.integer(reply.body.get("monthRequestCount"))) is None:
        raise ServerFault
    return count


def _credentials(application: Application) -> dict[str, str]:
    return {"clientId": application.client_id, "clientSecret": application.client_secret.reveal()}


async def _request(
    session: aiohttp.ClientSession,
    host: str,
    application: Application,
    form: Mapping[str, str],
    old_refresh: Secret | None = None,
) -> Token:
    reply = await exchange(
        session,
        host + TOKEN_PATH,
        {**_credentials(application), **form},
        post=True,
        timeout_seconds=SIGN_IN_TIMEOUT_SECONDS,
        repeatable=True,
    )
    if reply.error is not None:
        raise reply.error
    return _token(reply.body, old_refresh)


def _token(body: Json, old_refresh: Secret | None) -> Token:
    access = parse.secret(body.get("access_token"))
    refresh = parse.secret(body.get("refresh_token")) or old_refresh
    if access is None or refresh is None:
        raise ServerFault
    return Token(
        access=access,
        refresh=refresh,
        lifetime_seconds=parse.integer(body.get("expires_in")) or DEFAULT_LIFETIME_SECONDS,
        account_id=parse.integer(body.get("uid")),
    )
