"""A code that Home Assistant asks for before it unlocks (voice-and-automation.md 9).

It is a code of Home Assistant and opens no door by itself: whatever is typed into an action is recorded with it. A
format that also takes nothing leaves locking free; assistants, which send no code, cannot unlock.
"""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
import hashlib
import hmac
import secrets
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .client.errors import InvalidInput
from .client.passcodes import MAX_DIGITS, MIN_DIGITS

CONF_HASH: Final = "hash"
CONF_SALT: Final = "salt"
CONF_UNLOCK_CODE: Final = "unlock_code"
FORMAT: Final = rf"^(\d{{{MIN_DIGITS},{MAX_DIGITS}}})?$"
ITERATIONS: Final = 200_000
SALT_BYTES: Final = 16
TRIES: Final = 5
PAUSE: Final = timedelta(minutes=1)


def hashed(code: str) -> dict[str, str]:
    """Return what is kept of a code."""
    salt = secrets.token_bytes(SALT_BYTES)
    return {CONF_SALT: salt.hex(), CONF_HASH: _hash(code, salt).hex()}


class UnlockCode:
    """The code of an account, with who has guessed lately."""

    def __init__(self, salt: bytes, digest: bytes) -> None:
        """Nobody has guessed yet."""
        self._salt = salt
        self._digest = digest
        self._wrong: deque[datetime] = deque(maxlen=TRIES)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self | None:
        """Read the options of an entry; None when no code is asked for."""
        kept = options.get(CONF_UNLOCK_CODE)
        return kept and cls(bytes.fromhex(kept[CONF_SALT]), bytes.fromhex(kept[CONF_HASH]))

    async def async_check(self, hass: HomeAssistant, code: str | None) -> None:
        """Refuse a code that is missing or wrong, and any code for a while after several wrong ones; InvalidInput."""
        if not code:
            raise InvalidInput("unlock_code_required")
        now = dt_util.utcnow()
        if len(self._wrong) == TRIES and now - self._wrong[-1] < PAUSE:
            raise InvalidInput("unlock_code_paused")
        if len(self._wrong) == TRIES:
            self._wrong.clear()
        # Noted before it is known: many at once count, too.
        self._wrong.append(now)
        digest = await hass.async_add_executor_job(_hash, code, self._salt)
        if not hmac.compare_digest(digest, self._digest):
            raise InvalidInput("unlock_code_wrong")
        self._wrong.clear()


def _hash(code: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", code.encode(), salt, ITERATIONS)
