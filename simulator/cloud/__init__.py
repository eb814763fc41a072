"""The vendor's cloud in front of the virtual world: real HTTP, the documented v3 API (ttlock-open-api.md)."""

from .server import CloudServer

__all__ = ["CloudServer"]
