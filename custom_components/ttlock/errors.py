"""The one place where errors of the client become errors of Home Assistant."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.helpers.update_coordinator import UpdateFailed

from .client import asked_for
from .client.errors import DeviceUnreachable, InvalidInput, QuotaExceeded, Remedy, SignInError, TTLockError
from .const import DOMAIN, QUOTA_PAUSE
from .data import GATEWAY_OFFLINE, jittered


def action_error(err: TTLockError, name: str) -> HomeAssistantError:
    """Return what an action raises: the reason in the user's language, with the name of the lock."""
    if isinstance(err, DeviceUnreachable) and err.gateway is not None:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="gateway_offline_named",
            translation_placeholders={"name": name, "gateway": err.gateway},
        )
    kind = ServiceValidationError if isinstance(err, InvalidInput) else HomeAssistantError
    return kind(
        translation_domain=DOMAIN,
        translation_key=err.reason,
        translation_placeholders={"name": name, "code": "" if err.code is None else str(err.code)},
    )


_WORDS: Final = {"gateway_offline_named": GATEWAY_OFFLINE}


def word_of(err: HomeAssistantError) -> str | None:
    """Return the one word for templates, whatever the sentence names."""
    return _WORDS.get(err.translation_key or "", err.translation_key)


@contextmanager
def translated(hass: HomeAssistant, entry: ConfigEntry, name: str) -> Generator[None]:
    """Turn client errors inside an action into translated ones; a lost sign-in also asks the user to sign in."""
    try:
        with asked_for():
            yield
    except TTLockError as err:
        if err.remedy is Remedy.SIGN_IN:
            entry.async_start_reauth(hass)
        raise action_error(err, name) from err


@contextmanager
def translated_update(name: str) -> Generator[None]:
    """Turn client errors inside a coordinator's update into those that it understands."""
    try:
        yield
    except SignInError as err:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key=err.reason, translation_placeholders={"name": name, "code": ""}
        ) from err
    except TTLockError as err:
        raise UpdateFailed(
            retry_after=jittered(QUOTA_PAUSE).total_seconds() if isinstance(err, QuotaExceeded) else None,
            translation_domain=DOMAIN,
            translation_key=err.reason,
            translation_placeholders={"name": name, "code": "" if err.code is None else str(err.code)},
        ) from err
