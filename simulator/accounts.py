"""People, applications, tokens and ekeys of the world (ttlock-open-api.md 2 and 4.4)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
import hashlib

TOKEN_SECONDS = 7_776_000
REFRESH_SECONDS = 10 * 365 * 86_400
BEIJING = timedelta(hours=8)

KEY_NORMAL, KEY_FROZEN = "110401", "110405"
"""``keyStatus``; our ekeys are received at once, so none is pending (ttlock-open-api.md 4.4)."""


class AccountKind(StrEnum):
    """Developer accounts own no locks and get no tokens (ttlock-open-api.md 2.1)."""

    APP = "app"
    API = "api"
    DEVELOPER = "developer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who can sign in."""

    key: str
    uid: int
    username: str
    password: str = field(default="", repr=False)
    kind: AccountKind = AccountKind.APP
    region: str = "eu"
    digest: str = field(default="", repr=False)
    """The password's MD5 where nothing else is known of it."""
    client_id: str = ""
    """Of an API account: the application that registered it."""
    registered: int = 0

    @property
    def password_md5(self) -> str:
        """Return the password as clients have to send it."""
        return self.digest or hashlib.md5(self.password.encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True, kw_only=True)
class Application:
    """A registered application with its monthly quota (ttlock-open-api.md 1.6)."""

    client_id: str
    client_secret: str = field(repr=False)
    approved: bool = True
    restricted: bool = False
    """Calls are refused with 30006, whatever the month's count."""
    month_limit: int | None = 30_000
    callback_url: str | None = None
    token_seconds: int = TOKEN_SECONDS
    rotate_refresh_tokens: bool = False
    _month: str = ""
    _count: int = 0

    def count(self, now: float) -> int:
        """Return the calls of the current month, by Beijing time."""
        return self._count if self._month == beijing_month(now) else 0

    def set_count(self, now: float, count: int) -> None:
        """Set this month's count."""
        self._month, self._count = beijing_month(now), count


@dataclass(slots=True, kw_only=True)
class AccessToken:
    """What a sign-in handed out."""

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    account: Account
    client_id: str
    expires: float
    refresh_expires: float
    revoked: bool = False


@dataclass(slots=True, kw_only=True)
class Ekey:
    """An account's right to a lock; times in milliseconds, 0 without limit."""

    key_id: int
    lock_id: int
    uid: int
    admin: bool = False
    key_right: bool = False
    remote_enable: bool = True
    status: str = KEY_NORMAL
    start: int = 0
    end: int = 0
    name: str = ""
    remarks: str = ""
    group_id: int = 0
    created: int = 0
    sender_uid: int = 0
    link: str = field(default="", repr=False)

    @property
    def manages(self) -> bool:
        """Say whether the ekey may manage the lock: its admin, or authorised by the admin."""
        return self.admin or self.key_right

    def valid(self, now_ms: int) -> bool:
        """Say whether the ekey opens now."""
        return self.status == KEY_NORMAL and self.start <= now_ms and (not self.end or now_ms < self.end)


def beijing_month(now: float) -> str:
    """Return the month quotas are counted in: they start at midnight in Beijing."""
    return (datetime.fromtimestamp(now, UTC) + BEIJING).strftime("%Y-%m")


class Tokens:
    """All tokens of the world, the same strings in every run so that a restart signs nobody out."""

    def __init__(self, seed: str) -> None:
        """Start with none."""
        self._seed = seed
        self._serial = 0
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, AccessToken] = {}

    def issue(self, account: Account, application: Application, now: float) -> AccessToken:
        """Hand out a token after a sign-in."""
        refresh = self._make("refresh", account.uid, application.client_id)
        return self._keep(account, application, refresh, now, now + REFRESH_SECONDS)

    def renew(
        self, refresh_token: str, application: Application, accounts: list[Account], now: float
    ) -> AccessToken | None:
        """Exchange a refresh token, or return None when it is not valid for the application."""
        if (old := self._refresh.get(refresh_token)) is not None:
            if old.revoked or old.client_id != application.client_id or old.refresh_expires <= now:
                return None
            account, expires = old.account, old.refresh_expires
        else:
            for account in accounts:
                if account.kind is not AccountKind.DEVELOPER and refresh_token == self._make(
                    "refresh", account.uid, application.client_id
                ):
                    expires = now + REFRESH_SECONDS
                    break
            else:
                return None
        refresh = refresh_token
        if application.rotate_refresh_tokens:
            self._refresh[refresh_token] = self._refresh.get(refresh_token) or self._keep(
                account, application, refresh_token, now, expires
            )
            self._refresh[refresh_token].revoked = True
            refresh = self._make("rotated", account.uid, self._serial)
        return self._keep(account, application, refresh, now, expires)

    def find(self, token: str) -> AccessToken | None:
        """Return an access token that was handed out, valid or not."""
        return self._access.get(token)

    def revoke_all(self) -> None:
        """Make every access token useless; refresh tokens go on working."""
        for token in self._access.values():
            token.expires = float("-inf")

    def forget_all(self) -> None:
        """Make every access and refresh token useless until the next sign-in."""
        for token in self._access.values():
            token.expires = float("-inf")
            token.revoked = True

    def forget(self, uid: int) -> None:
        """Make the tokens of an account that is no more unknown."""
        for token in [token for token in self._access.values() if token.account.uid == uid]:
            self._access.pop(token.token, None)
            self._refresh.pop(token.refresh_token, None)

    def listener(self, uid: int, now: float) -> str | None:
        """Return the application that gets an account's callbacks: whose token is valid longest."""
        valid = [token for token in self._access.values() if token.account.uid == uid and token.expires > now]
        return max(valid, key=lambda token: token.expires).client_id if valid else None

    def strings(self) -> set[str]:
        """Return all tokens as text."""
        return set(self._access) | set(self._refresh)

    def _keep(
        self, account: Account, application: Application, refresh: str, now: float, refresh_expires: float
    ) -> AccessToken:
        self._serial += 1
        token = AccessToken(
            token=self._make("access", account.uid, self._serial),
            refresh_token=refresh,
            account=account,
            client_id=application.client_id,
            expires=now + application.token_seconds,
            refresh_expires=refresh_expires,
        )
        self._access[token.token] = token
        self._refresh[refresh] = token
        return token

    def _make(self, *parts: object) -> str:
        return hashlib.sha256("|".join(map(str, (self._seed, *parts))).encode()).hexdigest()[:32]
