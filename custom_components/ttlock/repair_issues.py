"""Repairs of an account, its gateways and locks: raised when a cause recurs or lasts, removed when it is over.

There is one for each cause and lock, whatever the number of accounts that meet it. A cause that is raised again while
it lasts stays ignored by whoever ignored it: nothing is deleted before it is over. What somebody has disabled is over.
No placeholder holds a secret.
"""

from collections import Counter
from collections.abc import Container, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.singleton import singleton
from homeassistant.util import dt as dt_util

from .client import Feature, events
from .client.errors import ClockSkew, DeviceUnreachable, QuotaExceeded, Remedy, TTLockError
from .client.models import Gateway
from .client.quota import next_month
from .client.roads.router import Preference
from .const import (
    CLOCK_DRIFT_LIMIT_SECONDS,
    CONF_AUTH_IMPLEMENTATION,
    DOMAIN,
    GATEWAY_OFFLINE_LIMIT,
    HOST_CLOCK_LIMIT_SECONDS,
)
from .data import GATEWAY_OFFLINE, NO_GATEWAY, Inventory
from .details import CLOCK_DRIFT

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator
    from .lock_coordinator import LockCoordinator

QUOTA_OF_THE_MONTH: Final = "quota_month_exceeded"
MEMORY_REASONS: Final = ("passcode_memory_full", "lock_memory_full")
POWER_SAVING_REASON: Final = "power_saving"
NONE: Final = "–"
"""Shown in place of an empty list of names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One kind of repair."""

    translation_key: str
    fixable: bool = False
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING
    times: int = 1
    """How often in a row it has to come: once when it is a state that lasts until somebody ends it."""
    kept: bool = False
    """Whether it is kept over a restart, since nothing else that is stored tells of it."""
    fault: str | None = None
    """What the alarm of the lock says when it begins."""


REMOTE_UNLOCK_OFF: Final = Cause(translation_key="remote_unlock_off", fixable=True)
CLOCK_WRONG: Final = Cause(translation_key="lock_clock_wrong", fixable=True, fault=events.CLOCK_WRONG)
MEMORY_FULL: Final = Cause(translation_key="memory_full", fixable=True, kept=True, fault=events.MEMORY_FULL)
POWER_SAVING: Final = Cause(translation_key="power_saving", fixable=True, times=2)
GATEWAY_OFFLINE_LONG: Final = Cause(translation_key="gateway_offline_long", fixable=True, kept=True)
HOST_CLOCK: Final = Cause(translation_key="host_clock_wrong", severity=ir.IssueSeverity.ERROR, times=2)
QUOTA: Final = Cause(translation_key="quota_exhausted", severity=ir.IssueSeverity.ERROR, times=2)
KEY_INVALID: Final = Cause(translation_key="bluetooth_key_invalid")
LOCK_RESET: Final = Cause(translation_key="lock_reset")
ONLY_PASSIVE: Final = Cause(translation_key="only_passive_proxy")
CALLBACKS: Final = Cause(translation_key="callbacks", fixable=True)
QUOTA_FORECAST: Final = Cause(translation_key="quota_forecast")
FORECAST_OVER: Final = 0.95
"""The repair stays until the forecast is so much of the plan: it should not come and go."""
OF_THE_RADIO: Final = (KEY_INVALID, LOCK_RESET, ONLY_PASSIVE)
OF_A_LOCK: Final = (REMOTE_UNLOCK_OFF, CLOCK_WRONG, MEMORY_FULL, POWER_SAVING, *OF_THE_RADIO)


@dataclass(slots=True)
class _Seen:
    """What was seen of causes that are no repair yet; outlives the reload of an entry that cannot be set up."""

    times: Counter[str] = field(default_factory=Counter)
    offline_since: dict[tuple[str, int], datetime] = field(default_factory=dict)
    """By entry and gateway."""


@singleton(f"{DOMAIN}_causes")
def _seen(hass: HomeAssistant) -> _Seen:
    return _Seen()


class RepairIssues:
    """The repairs of one account."""

    def __init__(self, hass: HomeAssistant, account: AccountCoordinator) -> None:
        """Start with what is already known of the causes."""
        self._hass = hass
        self._account = account
        self._seen = _seen(hass)

    # -- What calls tell -------------------------------------------------------------------------------------------

    @contextmanager
    def watching(self, lock: LockCoordinator | None = None) -> Generator[None]:
        """Take note of an error on its way to whoever handles it, that of a call to a lock or of the inventory."""
        try:
            yield
        except TTLockError as err:
            if err.remedy is Remedy.REPAIR:
                self._note(err, lock)
            if isinstance(err, DeviceUnreachable) and lock is not None:
                self._name_gateway(err, lock)
            raise

    def _name_gateway(self, err: DeviceUnreachable, lock: LockCoordinator) -> None:
        """Say which gateway is silent.

        Half an hour after it went silent the vendor forgets that the lock ever had one (ttlock-open-api.md 9, quirk 27).
        """
        gateway = self._account.gateway_of(lock)
        if gateway is not None and err.reason == NO_GATEWAY and gateway.online is False:
            err.reason = GATEWAY_OFFLINE
        if err.reason == GATEWAY_OFFLINE:
            err.gateway = gateway.name if gateway else None

    @callback
    def _note(self, err: TTLockError, lock: LockCoordinator | None) -> None:
        if isinstance(err, QuotaExceeded):
            sure = err.reason == QUOTA_OF_THE_MONTH
            self._raise(QUOTA, self._application, {"date": _shown(next_month(dt_util.utcnow()))}, sure=sure)
        elif isinstance(err, ClockSkew) and lock is None:
            # Locks are asked side by side: many of their refusals at once are no recurrence.
            self._raise(HOST_CLOCK, "", {})
        elif lock is not None and err.reason == POWER_SAVING_REASON:
            self._raise_for(POWER_SAVING, lock)
        elif lock is not None and err.reason in MEMORY_REASONS:
            self._raise_for(MEMORY_FULL, lock)

    @callback
    def async_account_answered(self, inventory: Inventory, *, complete: bool) -> None:
        """Take note of what an inventory shows."""
        if complete:
            self._drop_of_what_is_gone(inventory)
        self._settle(QUOTA, self._application)
        # The client sets its own clock by the cloud's when that refuses it (ttlock-open-api.md 3.2, code 80000).
        if abs(self._account.cloud.clock_offset) > HOST_CLOCK_LIMIT_SECONDS:
            self._raise(HOST_CLOCK, "", {})
        else:
            self._settle(HOST_CLOCK, "")
        self.async_review_callbacks()
        for gateway in inventory.gateways.values():
            if gateway.online is False and not self._disabled(gateway.mac):
                self._note_offline(gateway, inventory)
            else:
                self.async_forget_gateway(gateway.gateway_id)

    def _drop_of_what_is_gone(self, inventory: Inventory) -> None:
        """Drop the repairs of locks and gateways that went while nobody looked: some are kept over a restart."""
        present: dict[str, Container[object]] = {"lock_id": inventory.locks, "gateway_id": inventory.gateways}
        registry = ir.async_get(self._hass)
        for (domain, issue_id), issue in list(registry.issues.items()):
            about = issue.data or {}
            if (
                domain == DOMAIN
                and about.get("entry_id") == self._entry_id
                and any(key in about and about[key] not in known for key, known in present.items())
            ):
                registry.async_delete(domain, issue_id)

    def _note_offline(self, gateway: Gateway, inventory: Inventory) -> None:
        now = dt_util.utcnow()
        since = self._seen.offline_since.setdefault((self._entry_id, gateway.gateway_id), now)
        issue_id = _issue_id(GATEWAY_OFFLINE_LONG, gateway.gateway_id)
        known = ir.async_get(self._hass).async_get_issue(DOMAIN, issue_id)
        if known is None and now - since < GATEWAY_OFFLINE_LIMIT:
            return
        # What was seen before a restart began earlier than what was seen after it.
        before = (known.translation_placeholders or {}).get("since") if known else None
        behind = sorted(lock.name for lock in self._account.locks_behind(gateway, inventory.gateways))
        self._raise(
            GATEWAY_OFFLINE_LONG,
            gateway.gateway_id,
            {"name": gateway.name, "since": before or _shown(since), "locks": ", ".join(behind) or NONE},
            gateway_id=gateway.gateway_id,
        )

    @callback
    def async_review_callbacks(self) -> None:
        """Offer to set callbacks up when they can help, and say so when they have stopped."""
        if self._account.is_local:
            return
        entry_id = self._account.config_entry.entry_id
        match self._account.push.async_review():
            case True:
                self._raise(CALLBACKS, entry_id, {})
            case False:
                self._settle(CALLBACKS, entry_id)

    @callback
    def async_note(self, err: TTLockError) -> None:
        """Take note of an error that is handled where it came up."""
        self._note(err, None)

    @callback
    def async_review_quota(self) -> None:
        """Say so before it is too late when the calls of the month will not suffice."""
        now, governor = dt_util.utcnow(), self._account.quota.governor
        forecast, limit = governor.forecast(now), governor.limit
        short = governor.left(now) < governor.reserve
        if governor.refusal is not None or (forecast <= limit * FORECAST_OVER and not short):
            self._settle(QUOTA_FORECAST, self._application)
        elif forecast > limit or short:
            figures = {
                "forecast": str(forecast),
                "limit": str(limit),
                "used": str(governor.used(now)),
                "foreign": str(governor.foreign(now)),
                "date": _shown(next_month(now)),
            }
            self._raise(QUOTA_FORECAST, self._application, figures)

    # -- What is known of a lock -----------------------------------------------------------------------------------

    @callback
    def async_review(self, lock: LockCoordinator) -> None:
        """Take note of what is stored of a lock."""
        if self._disabled(lock.data.ekey.mac):
            self.async_forget_lock(lock.lock_id)
            return
        if lock.data.settings.remote_unlock is False and not lock.data.features.lack(Feature.GATEWAY_UNLOCK):
            self._raise_for(REMOTE_UNLOCK_OFF, lock)
        else:
            self._settle(REMOTE_UNLOCK_OFF, lock.lock_id)
        drift = self._account.details.get(CLOCK_DRIFT, lock.lock_id) or 0
        if abs(drift) >= CLOCK_DRIFT_LIMIT_SECONDS:
            self._raise_for(CLOCK_WRONG, lock, minutes=str(round(abs(drift) / 60)))
        else:
            self._settle(CLOCK_WRONG, lock.lock_id)

    @callback
    def async_review_radio(self, lock: LockCoordinator) -> None:
        """Take note of what the lock itself says, and who hears it; the first reason explains the others."""
        radio, latest = lock.radio, lock.radio.watcher.latest
        account = self._account
        needs_radio = (
            account.is_local
            or account.wishes.preference(lock.lock_id) is Preference.LOCAL_ONLY
            or (radio.has_key and lock.data.obstacle == NO_GATEWAY)
        )
        found: Cause | None = None
        if radio.has_key and latest is not None and latest.is_in_setting_mode:
            found = LOCK_RESET
        elif radio.key_refused:
            found = KEY_INVALID
        elif needs_radio and radio.is_heard and not radio.in_range:
            found = ONLY_PASSIVE
        for cause in OF_THE_RADIO:
            if cause is found:
                self._raise_for(cause, lock)
            else:
                self._settle(cause, lock.lock_id)

    @callback
    def async_device_changed(self, event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        """Take note that somebody disables or enables a device."""
        data = event.data
        if data["action"] != "update" or "disabled_by" not in data["changes"]:
            return
        for lock in self._account.locks.values():
            self.async_review(lock)
        for gateway in self._account.data.gateways.values():
            if self._disabled(gateway.mac):
                self.async_forget_gateway(gateway.gateway_id)

    @callback
    def async_reached(self, lock: LockCoordinator) -> None:
        """Take note that a lock has answered at once."""
        self._account.async_heard()
        self._settle(POWER_SAVING, lock.lock_id)

    @callback
    def async_has_room(self, lock_id: int) -> None:
        """Take note that a lock has taken a credential, or lost one."""
        self._settle(MEMORY_FULL, lock_id)

    @callback
    def async_forget_lock(self, lock_id: int) -> None:
        """Drop the repairs of a lock that is gone."""
        for cause in OF_A_LOCK:
            self._settle(cause, lock_id)

    @callback
    def async_forget_gateway(self, gateway_id: int) -> None:
        """Drop the repair of a gateway that is gone or back."""
        self._seen.offline_since.pop((self._entry_id, gateway_id), None)
        self._settle(GATEWAY_OFFLINE_LONG, gateway_id)

    # -- The registry ----------------------------------------------------------------------------------------------

    @property
    def _entry_id(self) -> str:
        return self._account.config_entry.entry_id

    @property
    def _application(self) -> str:
        """Return one name for all accounts that share the calls of a developer application."""
        application = self._account.config_entry.data.get(CONF_AUTH_IMPLEMENTATION)
        if application is None:
            return self._entry_id
        entries = self._hass.config_entries.async_entries(DOMAIN)
        return min(entry.entry_id for entry in entries if entry.data.get(CONF_AUTH_IMPLEMENTATION) == application)

    def _disabled(self, mac: str) -> bool:
        """Return whether somebody has disabled the device of a lock or gateway."""
        device = dr.async_get(self._hass).async_get_device_by_identifier((DOMAIN, mac), self._entry_id)
        return device is not None and device.disabled

    def _raise_for(self, cause: Cause, lock: LockCoordinator, **more: str) -> None:
        if self._disabled(lock.data.ekey.mac):
            return
        issue = ir.async_get(self._hass).async_get_issue(DOMAIN, _issue_id(cause, lock.lock_id))
        self._raise(cause, lock.lock_id, {"name": lock.name, **more}, lock_id=lock.lock_id)
        if cause.fault is not None and (issue is None or not issue.active):
            lock.log.async_fault(cause.fault)

    def _raise(
        self,
        cause: Cause,
        number: int | str,
        placeholders: Mapping[str, str],
        *,
        sure: bool = False,
        **about: int,
    ) -> None:
        """Raise a repair that is about a lock or gateway, by its number."""
        issue_id = _issue_id(cause, number)
        self._seen.times[issue_id] += 1
        if self._seen.times[issue_id] < cause.times and not sure:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            data={"entry_id": self._entry_id, **about},
            is_fixable=cause.fixable,
            is_persistent=cause.kept,
            severity=cause.severity,
            translation_key=cause.translation_key,
            translation_placeholders=dict(placeholders),
        )

    def _settle(self, cause: Cause, number: int | str) -> None:
        issue_id = _issue_id(cause, number)
        self._seen.times.pop(issue_id, None)
        ir.async_delete_issue(self._hass, DOMAIN, issue_id)


@callback
def async_follow_entries(hass: HomeAssistant) -> None:
    """Drop the repairs of accounts that somebody disables, whether or not they could be set up."""

    @callback
    def changed(change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == DOMAIN and entry.disabled_by:
            async_remove_issues(hass, entry.entry_id)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)


@callback
def async_remove_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Drop the repairs of an account that is removed or disabled; what others meet too, they raise again."""
    registry, seen = ir.async_get(hass), _seen(hass)
    for (domain, issue_id), issue in list(registry.issues.items()):
        # What accounts share is named after one of them, whoever of them has met it.
        if domain == DOMAIN and ((issue.data or {}).get("entry_id") == entry_id or issue_id.endswith(f"_{entry_id}")):
            seen.times.pop(issue_id, None)
            registry.async_delete(domain, issue_id)
    for key in [key for key in seen.offline_since if key[0] == entry_id]:
        del seen.offline_since[key]


def _shown(when: datetime) -> str:
    return dt_util.as_local(when).strftime("%Y-%m-%d %H:%M")


def _issue_id(cause: Cause, number: int | str) -> str:
    return f"{cause.translation_key}_{number}".rstrip("_")
