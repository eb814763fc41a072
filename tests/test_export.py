"""Exports and the hand-over report: rows, text and files, with digits only where they were asked for."""

import csv
from datetime import timedelta
import io
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.ttlock.client.cloud import records as record_calls
from custom_components.ttlock.const import DOMAIN
from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE
from .test_actions import act
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

CODE = "48151623"
CARD = "1723612378"
"""What opens the front door of the default world."""


@pytest.fixture
def front_door(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the lock entity with everything."""
    return entity_id("lock", "front_door", "lock")


@pytest.fixture
def folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return a folder in which Home Assistant may write."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    return tmp_path


def table(text: str) -> list[dict[str, str]]:
    """Read what was written as comma-separated values."""
    return list(csv.DictReader(io.StringIO(text)))


@WHOLE_HOUSE
async def test_locks_are_exported_with_what_is_known(
    hass: HomeAssistant, front_door: str, entity_id: Find, cloud: CloudServer, world: World
) -> None:
    cloud.reset_calls()
    office = entity_id("lock", "office", "lock")
    exported = await act(hass, "export_locks", {"entity_id": [front_door, office]})
    row = exported["locks"][front_door][0]
    assert (row["lock"], row["mac"], row["battery"], row["owner"]) == ("Front Door", "16:72:4C:00:00:01", 93, True)
    assert (row["gateway"], row["rssi"], row["connection"], row["auto_lock_seconds"]) == (
        "Hall gateway",
        -58,
        "connected",
        30,
    )
    text = await act(hass, "export_locks", {"entity_id": [front_door, office], "format": "csv"})
    assert [line["lock"] for line in table(text["locks"][office])] == ["Office"]
    assert table(text["locks"][front_door])[0]["owner"] == "true"
    assert not cloud.calls


async def test_every_kind_of_credential_is_exported_without_digits(
    hass: HomeAssistant, front_door: str, world: World, folder: Path
) -> None:
    response = await act(hass, "export_credentials", {"entity_id": front_door, "path": str(folder / "keys.json")})
    rows = {(row["kind"], row["name"]): row for row in response["credentials"][front_door]}
    assert set(rows) == {
        ("passcode", "Family"),
        ("passcode", "Cleaner"),
        ("card", "Blue card"),
        ("fingerprint", "Owner thumb"),
        ("ekey", "Guest"),
    }
    family, cleaner, ekey = rows["passcode", "Family"], rows["passcode", "Cleaner"], rows["ekey", "Guest"]
    assert (family["number"], family["validity"], family["start"], family["state"]) == (
        "****",
        "permanent",
        family["start"],
        "in_force",
    )
    assert (cleaner["validity"], cleaner["start"], cleaner["end"]) == (
        "period",
        "2026-01-15T09:00:00+01:00",
        "2036-01-15T09:00:00+01:00",
    )
    assert (ekey["account"], ekey["administrator"], ekey["number"]) == ("guest@example.com", False, None)
    assert "incomplete" not in response
    written = (folder / "keys.json").read_text(encoding="utf-8")
    assert json.loads(written) == response["credentials"]
    assert not [secret for secret in world.secrets() if secret in f"{response}{written}"]


async def test_digits_go_where_they_were_asked_for(hass: HomeAssistant, front_door: str, folder: Path) -> None:
    file = folder / "keys.csv"
    data = {"entity_id": front_door, "format": "csv", "path": str(file)}
    shown = await act(hass, "export_credentials", {**data, "include_secrets": True})
    assert {CODE, CARD} <= {row["number"] for row in table(shown["credentials"][front_door])}
    assert CODE not in file.read_text(encoding="utf-8")
    hidden = await act(hass, "export_credentials", {**data, "secrets_in_file": True})
    assert CODE not in str(hidden)
    assert {CODE, CARD} <= {row["number"] for row in table(file.read_text(encoding="utf-8-sig"))}
    assert file.stat().st_mode & 0o077 == 0


@WHOLE_HOUSE
async def test_all_locks_are_in_one_file_that_excel_reads(
    hass: HomeAssistant, front_door: str, entity_id: Find, folder: Path
) -> None:
    office, file = entity_id("lock", "office", "lock"), folder / "locks.csv"
    file.write_text("something old", encoding="utf-8")
    response = await act(hass, "export_locks", {"entity_id": [front_door, office], "format": "csv", "path": str(file)})
    assert response["path"] == str(file)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert {row["entity_id"] for row in table(file.read_text(encoding="utf-8-sig"))} == {front_door, office}


async def test_no_cell_is_a_formula(hass: HomeAssistant, front_door: str) -> None:
    for name in ("=1+1", "+1", "-1", "@cmd"):
        await act(hass, "rename_lock", {"entity_id": front_door, "name": name})
        response = await act(hass, "export_locks", {"entity_id": front_door, "format": "csv"})
        assert table(response["locks"][front_door])[0]["lock"] == f"'{name}"
    rows = await act(hass, "export_locks", {"entity_id": front_door})
    assert rows["locks"][front_door][0]["lock"] == "@cmd"


@pytest.mark.parametrize("path", ["/etc/locks.csv", "{folder}", "{folder}/nowhere/locks.csv", "{folder}/../locks.csv"])
async def test_a_file_is_written_only_where_home_assistant_may(
    hass: HomeAssistant, front_door: str, folder: Path, cloud: CloudServer, path: str
) -> None:
    cloud.reset_calls()
    data = {"entity_id": front_door, "path": path.format(folder=folder)}
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "export_credentials", data)
    assert refusal.value.translation_key == "path_not_allowed"
    assert not cloud.calls
    assert not (folder / "locks.csv").exists()


async def test_digits_are_not_written_where_everybody_reads(
    hass: HomeAssistant, front_door: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "www").mkdir()
    monkeypatch.setattr(hass.config, "config_dir", str(folder))
    data = {"entity_id": front_door, "path": "www/keys.json"}
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "export_credentials", {**data, "secrets_in_file": True})
    assert refusal.value.translation_key == "path_is_public"
    await act(hass, "export_credentials", data)
    assert CODE not in (folder / "www" / "keys.json").read_text(encoding="utf-8")


async def test_a_file_that_cannot_be_written_is_said(
    hass: HomeAssistant, front_door: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("homeassistant.util.file.os.replace", full)
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "export_locks", {"entity_id": front_door, "path": str(folder / "locks.json")})
    assert failure.value.translation_key == "file_not_written"
    assert "No space left" in str(failure.value)


@pytest.mark.parametrize("kind", ["garbage_item", "null_item"])
async def test_what_could_not_be_read_is_said(hass: HomeAssistant, front_door: str, world: World, kind: str) -> None:
    world.faults.add(Fault(kind=kind, path="/v3/lock/listKeyboardPwd", times=1))
    world.faults.add(Fault(kind="errcode", errcode=-2018, path="/v3/identityCard/list", times=1))
    response = await act(hass, "export_credentials", {"entity_id": front_door})
    gaps = response["incomplete"][front_door]
    assert gaps["passcode"] == {"unreadable": 1}
    assert gaps["card"]["error"]["key"] == "not_permitted"
    assert "ekey" in {row["kind"] for row in response["credentials"][front_door]}


@WHOLE_HOUSE
async def test_a_lock_that_cannot_be_read_does_not_hide_the_others(
    hass: HomeAssistant, front_door: str, entity_id: Find
) -> None:
    # The account holds a plain ekey of this lock, and may not see who else does.
    flat = entity_id("lock", "holiday_flat", "lock")
    response = await act(hass, "export_credentials", {"entity_id": [front_door, flat]})
    assert set(response["credentials"]) == {front_door}
    assert response["errors"][flat]["key"] in ("not_permitted", "not_admin")


async def test_what_is_on_its_way_is_exported_too(hass: HomeAssistant, front_door: str, world: World) -> None:
    world.gateway("hall").online = False
    await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": "Guest", "passcode": "592846"})
    response = await act(hass, "export_credentials", {"entity_id": front_door})
    guest = next(row for row in response["credentials"][front_door] if row["name"] == "Guest" and not row["account"])
    assert (guest["kind"], guest["id"], guest["state"], guest["number"]) == ("passcode", None, "wanted", "****")


async def test_records_of_a_range_are_exported_to_the_last_page(
    hass: HomeAssistant,
    front_door: str,
    world: World,
    freezer: FrozenDateTimeFactory,
    cloud: CloudServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(record_calls, "PAGE", 2)
    lock = world.lock("front_door")
    lock.enter_code("99999999")
    freezer.tick(timedelta(hours=1))
    start = dt_util.now()
    for _ in range(5):
        freezer.tick(timedelta(minutes=1))
        assert lock.enter_code(CODE).opened
    freezer.tick(timedelta(minutes=1))
    end = dt_util.now()
    freezer.tick(timedelta(minutes=1))
    lock.turn_key()
    cloud.reset_calls()
    response = await act(hass, "export_records", {"entity_id": front_door, "start_time": start, "end_time": end})
    rows = response["records"][front_door]
    assert len(rows) == 5
    said = ("record_type", "event", "method", "side", "who", "success", "reason")
    assert {tuple(row[column] for column in said) for row in rows} == {
        (4, "unlocked", "code", "outside", "Family", True, None)
    }
    assert [row["time"] for row in rows] == sorted((row["time"] for row in rows), reverse=True)
    assert cloud.calls["/v3/lockRecord/list"] >= 3
    assert CODE not in str(response)
    everything = await act(hass, "export_records", {"entity_id": front_door, "format": "csv"})
    newest, *older = table(everything["records"][front_door])
    assert newest["method"] == "key"
    assert len(older) >= 5
    refused = await act(hass, "export_records", {"entity_id": front_door, "success": False})
    assert {(row["event"], row["reason"]) for row in refused["records"][front_door]} == {
        ("access_denied", "unknown_credential")
    }


async def test_digits_in_the_name_of_a_passcode_are_no_news_of_the_log(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": "Bob 592846", "passcode": "592846"})
    assert world.lock("front_door").enter_code("592846").opened
    records = await act(hass, "export_records", {"entity_id": front_door})
    assert "Bob ****" in {row["who"] for row in records["records"][front_door]}
    credentials = await act(hass, "export_credentials", {"entity_id": front_door})
    report = await act(hass, "hand_over_report", {"entity_id": front_door})
    assert "592846" not in f"{records}{credentials}{report}"


async def test_a_range_has_to_begin_before_it_ends(hass: HomeAssistant, front_door: str, cloud: CloudServer) -> None:
    cloud.reset_calls()
    now = dt_util.now()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "export_records", {"entity_id": front_door, "start_time": now, "end_time": now})
    assert refusal.value.translation_key == "period_order"
    with pytest.raises(vol.Invalid):
        await act(hass, "export_records", {"entity_id": front_door, "format": "xls"})
    assert not cloud.calls


async def test_exports_are_for_administrators(hass: HomeAssistant, front_door: str, hass_admin_user: User) -> None:
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    for action in ("export_locks", "export_credentials", "export_records", "hand_over_report"):
        with pytest.raises(Unauthorized):
            await act(hass, action, {"entity_id": front_door}, Context(user_id=household.id))


async def test_a_hand_over_report_tells_everything_but_digits(
    hass: HomeAssistant, front_door: str, world: World, loaded: MockConfigEntry
) -> None:
    await act(
        hass,
        "configure_passage_mode",
        {"entity_id": front_door, "enabled": True, "days": ["mon", "tue"], "start_time": "09:00", "end_time": "12:00"},
    )
    await act(hass, "authorize_ekey", {"entity_id": front_door, "key_id": _key_id(world)})
    await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": "A|b *c*", "passcode": "592846"})
    response = await act(hass, "hand_over_report", {"entity_id": front_door})
    report, text = response["reports"][front_door], response["markdown"][front_door]
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, world.lock("front_door").mac), loaded.entry_id)
    assert device
    assert report["lock"] == {
        "name": "Front Door",
        "id": world.lock("front_door").lock_id,
        "mac": "16:72:4C:00:00:01",
        "model": device.model,
        "hardware": device.hw_version,
        "firmware": device.sw_version,
        "battery": world.lock("front_door").battery,
        "owner": True,
    }
    assert report["gateways"] == [{"name": "Hall gateway", "online": True, "rssi": -58}]
    assert report["counts"] == {"passcode": 3, "ekey": 1, "card": 1, "fingerprint": 1}
    assert report["settings"]["auto_lock_seconds"] == 30
    assert report["passage_mode"]["periods"] == [{"days": ["mon", "tue"], "start_time": "09:00", "end_time": "12:00"}]
    assert report["incomplete"] == {}
    for line in (
        "# Hand-over report: Front Door",
        "- MAC address: 16:72:4C:00:00:01",
        "- Administrators by ekey: Guest",
        "- Heard by: Hall gateway (-58 dBm)",
        "- Auto-lock delay: 30 s",
        "- Monday, Tuesday: 09:00–12:00",
        "| IC card | Blue card | Always | In force |",
        "| Passcode | Cleaner | 2026-01-15 09:00 to 2036-01-15 09:00 | In force |",
        "| Passcode | A\\|b \\*c\\* | Always | In force |",
    ):
        assert line in text.splitlines(), line
    assert not [secret for secret in world.secrets() if secret in f"{response}"]


@WHOLE_HOUSE
async def test_a_hand_over_report_of_a_lock_without_keys_and_with_gaps(
    hass: HomeAssistant, front_door: str, entity_id: Find, world: World
) -> None:
    safe = entity_id("lock", "safe", "lock")
    world.faults.add(Fault(kind="errcode", errcode=-2018, path="/v3/lock/listKeyboardPwd", times=1))
    world.faults.add(Fault(kind="errcode", errcode=-2018, path="/v3/lock/getWorkingMode", times=1))
    text = (await act(hass, "hand_over_report", {"entity_id": safe}))["markdown"][safe]
    assert "Nobody but the owner." in text
    assert "**Not everything could be read: Passcode**" in text


def _key_id(world: World) -> int:
    return next(ekey.key_id for ekey in world.ekeys_for(world.lock("front_door").lock_id) if not ekey.admin)
