"""The decision table: what a lock does for whom (ttlock-ble-protocol.md 10.2)."""

from . import access, accessories, control, credentials, information, passage, passcodes, settings
from .session import Operation

OPERATIONS: dict[int, Operation] = {
    **access.ROWS,
    **control.ROWS,
    **information.ROWS,
    **passcodes.ROWS,
    **credentials.ROWS,
    **passage.ROWS,
    **settings.ROWS,
    **accessories.ROWS,
}
