"""What a lock says without being asked (ttlock-ble-protocol.md 2)."""

from dataclasses import dataclass

from .codec import Header
from .peripheral import LOCK_SERVICE, Advert

UNLOCKED, UNREAD, SETTING_MODE, TOUCHED, DORMANT = 0x01, 0x02, 0x04, 0x08, 0x10
_CONSTANT = bytes.fromhex("b000f4f95365")
"""What three real locks send between battery and address; the meaning is unknown (2.1)."""

_UPDATING = bytes((18, 25))
_OTHERS = bytes((2, 1, 0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the advertisement is about."""

    header: Header
    mac: str
    battery: int
    flags: int
    updating: bool = False
    """In the mode that waits for new firmware, of which nothing else is told (2.3)."""


def reversed_mac(mac: str) -> bytes:
    """Return an address as it stands on the wire, last octet first."""
    return bytes.fromhex(mac.replace(":", ""))[::-1]


def raw(state: State) -> bytes:
    """Return the 17 octets of the manufacturer data, "company id" first."""
    header, rest = state.header, reversed_mac(state.mac)
    if state.updating:
        return _UPDATING + bytes(9) + rest
    if (header.protocol, header.version) == (5, 3):
        return bytes((5, 3, header.scene, state.flags, state.battery)) + _CONSTANT + rest
    # Other protocols have their version behind a company id that is one (2.3).
    return _OTHERS + bytes((header.protocol, header.version, 0, header.scene, state.flags, state.battery, 0)) + rest


def advert(name: str, state: State, rssi: int) -> Advert:
    """Return the advertisement as a stack reports it."""
    octets = raw(state)
    return Advert(
        name=name,
        manufacturer_data={int.from_bytes(octets[:2], "little"): octets[2:]},
        service_uuids=(LOCK_SERVICE,),
        rssi=rssi,
    )
