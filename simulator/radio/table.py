"""The decision table: what a lock does for whom (ttlock-ble-protocol.md 10.2)."""

from . import access, control, information
from .session import Operation

OPERATIONS: dict[int, Operation] = {**access.ROWS, **control.ROWS, **information.ROWS}
