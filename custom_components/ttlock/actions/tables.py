"""Rows as an answer or as a file, in JSON or CSV; secrets in them are shown only where that was asked for."""

from collections.abc import Iterable, Mapping, Sequence
import csv
from datetime import datetime, tzinfo
import io
import json
from pathlib import Path
from typing import Any, Final, cast

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.file import WriteError, write_utf8_file
from homeassistant.util.json import JsonValueType

from ..client import Secret
from ..client.secret import HIDDEN
from ..const import DOMAIN

type Row = Mapping[str, str | int | Secret | None]

JSON: Final = "json"
CSV: Final = "csv"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes the text of a cell for a formula and runs it."""
BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it Excel does not take a file for UTF-8."""
PUBLIC_FOLDER: Final = "www"
"""Home Assistant gives what is in it to everybody who knows the address, without signing in."""


def moment(when: datetime | None, zone: tzinfo) -> str | None:
    """Return a time as text, in a time zone."""
    return None if when is None else when.astimezone(zone).isoformat(timespec="seconds")


def plain(rows: Iterable[Row], *, with_secrets: bool) -> list[dict[str, Any]]:
    """Return rows that can be shown."""

    def shown(value: str | int | Secret | None) -> str | int | None:
        if isinstance(value, Secret):
            return value.reveal() if with_secrets else HIDDEN
        return value

    return [{key: shown(value) for key, value in row.items()} for row in rows]


def answer(columns: Sequence[str], rows: Sequence[Row], form: str, *, with_secrets: bool) -> JsonValueType:
    """Return the rows of one lock as an answer gives them: as they are, or as text."""
    ready = plain(rows, with_secrets=with_secrets)
    return as_csv(columns, ready) if form == CSV else cast(JsonValueType, ready)


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as text with a line of headings."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


async def async_file(hass: HomeAssistant, path: str | None, *, with_secrets: bool) -> Path | None:
    """Return the file that a caller names, None when it names none; refuses one that must not be written."""
    if path is None:
        return None
    file = Path(hass.config.path(path))
    allowed, public = await hass.async_add_executor_job(_judged, hass, file)
    if not allowed:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="path_not_allowed", translation_placeholders={"path": str(file)}
        )
    if public and with_secrets:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="path_is_public", translation_placeholders={"path": str(file)}
        )
    return file


def _judged(hass: HomeAssistant, file: Path) -> tuple[bool, bool]:
    """Return whether a file may be written, and whether everybody could read it then."""
    public = Path(hass.config.path(PUBLIC_FOLDER)).resolve()
    try:
        resolved = file.resolve()
    except ValueError:
        # A character that no file can have in its name.
        return False, False
    allowed = file.parent.is_dir() and not file.is_dir() and hass.config.is_allowed_path(str(file))
    return allowed, resolved.is_relative_to(public)


async def async_write(
    hass: HomeAssistant,
    file: Path,
    columns: Sequence[str],
    tables: Mapping[str, Sequence[Row]],
    form: str,
    *,
    with_secrets: bool,
) -> None:
    """Write the rows of all locks into one file, which only Home Assistant's own user can read if it holds secrets."""
    ready = {entity_id: plain(rows, with_secrets=with_secrets) for entity_id, rows in tables.items()}
    if form == CSV:
        text = BYTE_ORDER_MARK + as_csv(columns, (row for rows in ready.values() for row in rows))
    else:
        text = json.dumps(ready, indent=2, ensure_ascii=False) + "\n"
    try:
        await hass.async_add_executor_job(write_utf8_file, str(file), text, with_secrets)
    except WriteError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="file_not_written",
            translation_placeholders={"path": str(file), "reason": str(err)},
        ) from err
