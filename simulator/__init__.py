"""A virtual TTLock world: locks, gateways, accounts and the vendor's cloud in front of them."""

from .cloud import CloudServer
from .faults import Fault
from .features import Feature
from .lock import VirtualLock
from .mechanism import DoorResult
from .world import World

__all__ = ["CloudServer", "DoorResult", "Fault", "Feature", "VirtualLock", "World"]
