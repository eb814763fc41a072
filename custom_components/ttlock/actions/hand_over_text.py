"""The report of a lock that changes hands as Markdown, in the language of the house."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from ..access_words import word
from ..const import DOMAIN

SETTINGS: Final = {
    "auto_lock_seconds": "number.auto_lock_delay",
    "sound": "switch.sound",
    "volume": "number.volume",
    "privacy_lock": "switch.privacy_lock",
    "tamper_alert": "switch.tamper_alert",
    "reset_button": "switch.reset_button",
    "open_direction": "select.open_direction",
    "dual_verification": "switch.dual_verification",
    "frozen": "switch.frozen",
    "left_open_seconds": "number.left_open_delay",
}
"""The entity whose name a setting has."""
SECONDS: Final = ("auto_lock_seconds", "left_open_seconds")
MARKUP: Final = re.compile(r"([\\`*_\[\]<>|#~])")


def as_markdown(hass: HomeAssistant, report: Mapping[str, Any]) -> str:
    """Return a report as text."""
    return "\n".join(_lines(hass, report)) + "\n"


def _lines(hass: HomeAssistant, report: Mapping[str, Any]) -> Iterator[str]:
    lock = report["lock"]
    yield f"# {word(hass, 'report_title', lock=_safe(lock['name']))}"
    yield ""
    yield word(hass, "report_made", time=_time(report["made"]))
    yield ""
    yield from _pairs(
        (word(hass, "report_model"), lock["model"]),
        (word(hass, "report_mac"), lock["mac"]),
        (word(hass, "report_firmware"), lock["firmware"]),
        (word(hass, "report_battery"), None if lock["battery"] is None else f"{lock['battery']} %"),
        (word(hass, "report_owner"), word(hass, "report_own" if lock["owner"] else "report_shared")),
        (
            word(hass, "report_administrators"),
            ", ".join(item["name"] or item["account"] for item in report["credentials"] if item["administrator"]),
        ),
        (word(hass, "report_gateways"), "; ".join(_gateway(gateway) for gateway in report["gateways"])),
    )
    yield from _heading(word(hass, "report_settings"))
    yield from _settings(hass, report["settings"])
    if plan := report["passage_mode"]:
        yield from _heading(word(hass, "passage_mode"))
        yield word(hass, "report_on" if plan["enabled"] else "report_off")
        yield from _periods(hass, plan["periods"])
    if (hours := report["working_hours"]) and hours["mode"] != "unknown":
        yield from _heading(_translated(hass, "entity", "sensor.working_mode.name"))
        yield _translated(hass, "selector", f"working_mode.options.{hours['mode']}")
        yield from _periods(hass, hours["periods"])
    yield from _heading(word(hass, "report_credentials"))
    if report["credentials"]:
        yield from _credentials(hass, report["credentials"])
    else:
        yield word(hass, "report_nobody")
    if gaps := report["incomplete"]:
        kinds = ", ".join(word(hass, f"kind_{kind}") for kind in gaps)
        yield ""
        yield f"**{word(hass, 'report_incomplete', kinds=kinds)}**"


def _heading(text: str) -> Iterable[str]:
    return ("", f"## {text}", "")


def _pairs(*pairs: tuple[str, str | None]) -> Iterator[str]:
    yield from (f"- {label}: {_safe(value)}" for label, value in pairs if value)


def _settings(hass: HomeAssistant, settings: Mapping[str, Any]) -> Iterator[str]:
    for key, entity in SETTINGS.items():
        value = settings[key]
        if value is None:
            continue
        if key == "open_direction":
            text = _translated(hass, "entity", f"{entity}.state.{value}")
        elif isinstance(value, bool):
            text = word(hass, "report_on" if value else "report_off")
        elif key in SECONDS:
            text = f"{value} s" if value else word(hass, "report_off")
        else:
            text = str(value)
        yield f"- {_translated(hass, 'entity', f'{entity}.name')}: {text}"


def _periods(hass: HomeAssistant, periods: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if periods:
        yield ""
    for period in periods:
        days = ", ".join(_translated(hass, "selector", f"weekday.options.{day}") for day in period["days"])
        all_day = period.get("all_day")
        hours = word(hass, "report_all_day") if all_day else f"{period['start_time']}–{period['end_time']}"
        yield f"- {days}: {hours}"


def _credentials(hass: HomeAssistant, credentials: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    heads = (
        word(hass, "report_kind"),
        word(hass, "report_name"),
        word(hass, "report_validity"),
        word(hass, "report_state"),
    )
    yield f"| {' | '.join(heads)} |"
    yield "| --- | --- | --- | --- |"
    for item in credentials:
        cells = (
            word(hass, f"kind_{item['kind']}"),
            _safe(item["name"] or item["account"] or ""),
            _validity(hass, item),
            word(hass, f"life_{item['state']}"),
        )
        yield f"| {' | '.join(cells)} |"


def _validity(hass: HomeAssistant, item: Mapping[str, Any]) -> str:
    start, end = (_time(item[key]) if item[key] else "…" for key in ("start", "end"))
    timed = item["validity"] != "permanent" and (item["start"] or item["end"])
    period = word(hass, "report_period", start=start, end=end) if timed else None
    if item["hours"]:
        return ", ".join(part for part in (item["hours"], period) if part)
    return period or word(hass, "report_always" if item["validity"] == "permanent" else "report_unknown")


def _gateway(gateway: Mapping[str, Any]) -> str:
    return gateway["name"] if gateway["rssi"] is None else f"{gateway['name']} ({gateway['rssi']} dBm)"


def _time(text: str) -> str:
    """Return a time of the lock as every language reads it."""
    return dt_util.parse_datetime(text, raise_on_error=True).strftime("%Y-%m-%d %H:%M")


def _safe(text: str) -> str:
    """Return what people wrote, so that it cannot become markup."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def _translated(hass: HomeAssistant, category: str, key: str) -> str:
    texts = async_get_cached_translations(hass, hass.config.language, category, DOMAIN)
    return texts[f"component.{DOMAIN}.{category}.{key}"]
