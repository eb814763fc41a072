"""The table of endpoints: every topic brings its rows, a new endpoint is a new row there."""

from collections.abc import Mapping

from . import (
    accessories,
    administration,
    biometrics,
    cards,
    ekeys,
    gateways,
    groups,
    inventory,
    live,
    passcodes,
    qr_codes,
    records,
    settings,
    standalone_sensors,
    users,
    working_hours,
)
from .call import Endpoint


def merged(*topics: Mapping[str, Endpoint]) -> dict[str, Endpoint]:
    """Return the rows of all topics; no path may occur twice."""
    table: dict[str, Endpoint] = {}
    for rows in topics:
        if twice := table.keys() & rows.keys():
            raise ValueError(f"endpoints in two topics: {sorted(twice)}")
        table |= rows
    return table


ENDPOINTS: dict[str, Endpoint] = merged(
    accessories.ROWS,
    administration.ROWS,
    biometrics.ROWS,
    cards.ROWS,
    ekeys.ROWS,
    gateways.ROWS,
    groups.ROWS,
    inventory.ROWS,
    live.ROWS,
    passcodes.ROWS,
    qr_codes.ROWS,
    records.ROWS,
    settings.ROWS,
    standalone_sensors.ROWS,
    users.ROWS,
    working_hours.ROWS,
)

OUTSIDE_THE_TABLE = ("/oauth2/token", "/app/getMonthRequestCount")
"""Served by the sign-in part, for they take neither a token nor a date."""

_NOT_CAPTURED = "the page exists, its parameters are not in the specification"
_LEGACY = "seen in clients of 2018 only, its parameters are not in the specification"
NOT_SERVED: dict[str, str] = {
    "/v3/lock/setHotelCardSector": _NOT_CAPTURED,
    "/v3/lock/resetKey": _LEGACY,
    "/v3/lock/changeDeletePwd": _LEGACY,
    "/v3/lock/getKeyboardPwdVersion": _LEGACY,
    "/v3/key/syncData": _LEGACY,
    "/v3/standaloneDoorSensor/configNetwork": _NOT_CAPTURED,
    "/v3/standaloneDoorSensor/addDoorSensorUser": _NOT_CAPTURED,
    "/v3/standaloneDoorSensor/listDoorSensorUser": _NOT_CAPTURED,
    "/v3/standaloneDoorSensor/deleteDoorSensorUser": _NOT_CAPTURED,
}
"""Documented paths that answer as unknown ones do, and why (ttlock-open-api.md Appendix A and 12)."""
