"""What comes of asking the cloud of the vendor's apps, for those who must not import the library that asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from .client import Secret


class AppRefusal(Exception):
    """The cloud of the apps did not do what was asked; `reason` is a word that the form has a text for."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        """Keep the reason and the vendor's number. The vendor's own words may quote what was sent."""
        super().__init__(reason if code is None else f"{reason} (vendor code {code})")
        self.reason = reason
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKeys:
    """What an account of the app brings."""

    account_id: int
    keys: Mapping[int, Secret]
    """`lockData` by the number of the lock."""
    unreadable: int
    """Locks whose key is missing or has another form."""


class AppSignIn(Protocol):
    """One sign-in, which lasts as long as its form; every step raises AppRefusal."""

    async def async_sign_in(self) -> None:
        """Sign in; the reason `app_code_wanted` means that the cloud wants to know who this is."""

    async def async_send_code(self) -> None:
        """Have a code mailed or texted to the owner of the account."""

    async def async_confirm(self, code: Secret) -> None:
        """Tell the code, after which this installation may sign in."""

    async def async_fetch(self) -> AppKeys:
        """Return the keys of all locks that the account may open, once it is signed in."""

    async def async_close(self) -> None:
        """Forget the connection."""
