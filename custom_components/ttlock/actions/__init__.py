"""The actions of the integration, by topic."""

from typing import Final

from . import (
    accessories,
    administration,
    batch,
    bluetooth,
    cards,
    clone,
    credentials,
    ekeys,
    expiring,
    export,
    faces,
    gateways,
    groups,
    hand_over,
    issuing,
    passcodes,
    people,
    qr_codes,
    records,
    settings,
    share,
    standalone_sensors,
    standard,
    standard_writes,
    users,
)
from .action import Action
from .request import Request

ACTIONS: Final[dict[str, Action]] = {
    **passcodes.ACTIONS,
    **credentials.ACTIONS,
    **cards.ACTIONS,
    **faces.ACTIONS,
    **qr_codes.ACTIONS,
    **accessories.ACTIONS,
    **bluetooth.ACTIONS,
    **standalone_sensors.ACTIONS,
    **ekeys.ACTIONS,
    **expiring.ACTIONS,
    **share.ACTIONS,
    **settings.ACTIONS,
    **administration.ACTIONS,
    **gateways.ACTIONS,
    **groups.ACTIONS,
    **users.ACTIONS,
    **people.ACTIONS,
    **issuing.ACTIONS,
    **standard.ACTIONS,
    **standard_writes.ACTIONS,
    **batch.ACTIONS,
    **records.ACTIONS,
    **export.ACTIONS,
    **hand_over.ACTIONS,
    **clone.ACTIONS,
}

__all__ = ["ACTIONS", "Action", "Request"]
