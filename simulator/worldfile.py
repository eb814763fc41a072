"""Worlds out of TOML files, and worlds of any size."""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
import tomllib
from typing import Any
from zoneinfo import ZoneInfo

from .accounts import Account, AccountKind, Application, Ekey
from .credentials import Credential, CredentialKind
from .database import CredentialRow, DoorSensorRow, LockRow, PasscodeRow
from .lock import VirtualLock
from .passcodes import PasscodeKind
from .reach import Gateway, WifiLink
from .schedule import ALL_DAYS, PassageMode, PassagePeriod
from .world import World

type Table = dict[str, Any]

DEFAULT_WORLD = Path(__file__).parent / "worlds" / "default.toml"


def load_world(
    path: str | Path | None = None,
    *,
    only: Collection[str] | None = None,
    more_locks: int = 0,
    more_gateways: int = 1,
) -> World:
    """Build the world a file describes, or the default one, with all of its locks or only some.

    Made locks of the first account may stand beside it.
    """
    table = _parsed(Path(path or DEFAULT_WORLD).read_text(encoding="utf-8"))
    if only is not None:
        table = _with_locks(table, only)
    made = _made(more_locks, more_gateways) if more_locks else {}
    return build_world({**table, **{kind: [*table.get(kind, ()), *rows] for kind, rows in made.items()}})


def generate_world(*, locks: int, gateways: int) -> World:
    """Build a world with a number of door locks spread over a number of gateways, all of one owner."""
    table: Table = {
        "seed": f"canary-world-{locks}-{gateways}",
        "application": {"client_id": "5eed0000c11e47000000000000000002", "client_secret": "ca9a12" * 5 + "02"},
        "account": [
            {"key": "owner", "uid": 2350001, "username": "owner@example.com", "password": "canary-owner-password-b1g1"}
        ],
        **_made(locks, gateways),
    }
    return build_world(table)


@lru_cache(maxsize=8)
def _parsed(text: str) -> Table:
    """Return what a file describes. It is read again and again and never changed."""
    return tomllib.loads(text)


def _with_locks(table: Table, keys: Collection[str]) -> Table:
    """Return the same world with only some of its locks."""
    gateways = [
        {**gateway, "hears": {key: rssi for key, rssi in gateway.get("hears", {}).items() if key in keys}}
        for gateway in table.get("gateway", ())
    ]
    return {**table, "lock": [lock for lock in table["lock"] if lock["key"] in keys], "gateway": gateways}


def _made(locks: int, gateways: int) -> Table:
    """Return the tables of alike locks, in turn behind one gateway after the other."""
    return {
        "gateway": [
            {
                "key": f"gateway_{number}",
                "id": 3600001 + number,
                "mac": f"DC:A4:54:{number >> 16 & 255:02X}:{number >> 8 & 255:02X}:{number & 255:02X}",
                "alias": f"Gateway {number + 1}",
                "hears": {f"lock_{index}": -50 - index % 40 for index in range(number, locks, gateways)},
            }
            for number in range(gateways)
        ],
        "lock": [
            {
                "key": f"lock_{index}",
                "id": 7300001 + index,
                "mac": f"16:72:4D:{index >> 16 & 255:02X}:{index >> 8 & 255:02X}:{index & 255:02X}",
                "alias": f"Door {index + 1}",
                "features": "F44354CD5F3",
                "battery": 20 + index % 80,
                "auto_lock": 10 + index % 50,
            }
            for index in range(locks)
        ],
    }


def build_world(table: Table) -> World:
    """Build a world out of a parsed description."""
    world = World(table.get("seed", "canary-world"))
    application = Application(**table["application"])
    world.applications[application.client_id] = application
    for entry in table["account"]:
        world.add_account(Account(**{**entry, "kind": AccountKind(entry.get("kind", "app"))}))
    owner = next(iter(world.accounts))
    initialised: datetime = table.get("initialised", datetime(2026, 1, 15, 9, tzinfo=UTC))
    for entry in table["lock"]:
        _add_lock(world, entry, owner, initialised, table.get("time_zone", "UTC"))
    for entry in table.get("gateway", ()):
        hears: dict[str, int] = entry.get("hears", {})
        gateway = Gateway(
            key=entry["key"],
            gateway_id=entry["id"],
            mac=entry["mac"],
            name=entry.get("alias", entry["key"]),
            admin_uid=world.account(entry.get("admin", owner)).uid,
            now=world.clock.now,
            version=entry.get("version", 2),
            network_name=entry.get("network", "Home"),
            latency=entry.get("latency", 0.0),
            stale_seconds=entry.get("stale_seconds", 0.0),
            rssi={world.lock(key).lock_id: rssi for key, rssi in hears.items()},
        )
        world.add_gateway(gateway)
    return world


def _add_lock(world: World, entry: Table, owner: str, initialised: datetime, zone: str) -> None:
    offset = initialised.astimezone(ZoneInfo(entry.get("time_zone", zone))).utcoffset()
    lock = VirtualLock(
        key=entry["key"],
        lock_id=entry["id"],
        mac=entry["mac"],
        now=world.clock.now,
        feature_value=entry["features"],
        raw_offset=int(offset.total_seconds()) if offset else 0,
    )
    lock.battery = entry.get("battery", 100)
    lock.clock.offset = entry.get("clock_offset", 0.0)
    lock.clock.drift_per_day = entry.get("drift_per_day", 0.0)
    lock.remote_unlock_enabled = entry.get("remote_unlock", True)
    lock.reports_auto_lock = entry.get("reports_auto_lock", False)
    lock.auto_lock_needs_door_closed = entry.get("auto_lock_needs_door_closed", False)
    lock.door_sensor = entry.get("door_sensor", False)
    lock.configure_auto_lock(entry.get("auto_lock", 0))
    if "passage" in entry:
        lock.configure_passage(_passage(entry["passage"]))
    created = int(initialised.timestamp() * 1000)
    row = LockRow(
        lock_id=lock.lock_id,
        alias=str(entry.get("alias", entry["key"])),
        admin_uid=world.account(entry.get("admin", owner)).uid,
        created=created,
        battery=lock.battery,
        updated=created,
        auto_lock_seconds=lock.auto_lock_seconds or -1,
        settings=lock.settings.as_numbers(),
        passage=lock.passage,
    )
    world.add_lock(lock, row, WifiLink(**entry["wifi"]) if "wifi" in entry else None)
    if lock.door_sensor:
        row.door_sensor = DoorSensorRow(
            sensor_id=world.next_id(), mac="16:72:4D" + lock.mac[8:], number=str(world.next_id())
        )
    _add_credentials(world, lock, row, entry)


def _add_credentials(world: World, lock: VirtualLock, row: LockRow, entry: Table) -> None:
    admin = world.account_of(row.admin_uid).username
    for item in entry.get("passcodes", ()):
        start, end = _span(item)
        lock.keypad.add(item["code"], start=start / 1000, end=end / 1000)
        number = world.next_id()
        row.passcodes[number] = PasscodeRow(
            passcode_id=number,
            digits=item["code"],
            name=item["name"],
            kind=PasscodeKind.PERIOD if end else PasscodeKind.PERMANENT,
            start=start or row.created,
            end=end,
            sent=row.created,
            custom=True,
            sender=admin,
        )
    for kind in CredentialKind:
        if kind is CredentialKind.QR_CODE:
            continue
        table, rows = lock.credentials[kind], row.credentials[kind]
        for item in entry.get(f"{kind}s", ()):
            start, end = _span(item)
            table[item["number"]] = Credential(number=item["number"], start=start / 1000, end=end / 1000)
            number = world.next_id()
            rows[number] = CredentialRow(
                credential_id=number,
                number=item["number"],
                name=item["name"],
                start=start,
                end=end,
                created=row.created,
                sender=admin,
            )
    for item in entry.get("ekeys", ()):
        start, end = _span(item)
        world.add_ekey(
            Ekey(
                key_id=world.next_id(),
                lock_id=lock.lock_id,
                uid=world.account(item["account"]).uid,
                key_right=item.get("authorised", False),
                remote_enable=item.get("remote", True),
                start=start,
                end=end,
                name=item.get("name", ""),
            )
        )


def _passage(entry: Table) -> PassageMode:
    period = PassagePeriod(
        all_day=entry.get("all_day", False),
        start=entry.get("start", 0),
        end=entry.get("end", 0),
        days=tuple(entry.get("days", ALL_DAYS)),
    )
    return PassageMode(
        enabled=entry.get("enabled", True), auto_unlock=entry.get("auto_unlock", False), periods=(period,)
    )


def _span(item: Table) -> tuple[int, int]:
    start, end = item.get("from"), item.get("until")
    return (int(start.timestamp() * 1000) if start else 0, int(end.timestamp() * 1000) if end else 0)
