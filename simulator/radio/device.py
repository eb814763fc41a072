"""What a lock keeps that only its radio can set or read (ttlock-ble-protocol.md 5.12, 5.13)."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Device:
    """Settings and facts that the cloud has no field for."""

    model: str = "SN9206_PV53"
    hardware: str = "1.6"
    firmware: str = "6.0.6.210622"
    manufactured: str = "20250630"
    manufacturer: str = "Sciener"
    serial: str = "000000"
    name_prefix: str = "S31"
    passcode_visible: int = 1
    lamp_seconds: int = 0
    sensitivity: int = 2
    full_auto_lock: bytes = bytes((1, 1, 1))
    """Torque, keep, drive."""
    switches: int = 0
    """Bits of `68` that are no setting of the lock (5.12)."""
    parameters: dict[int, bytes] = field(default_factory=lambda: {1: bytes((0, 100)), 2: b"\0", 5: bytes(12)})
    knob_angle: int = 0
    unlock_angle: int = 90
    lock_angle: int = 0
    latch: tuple[int, int, int] = (0, 0, 0)
    """Of a stick-on lock: on, delay, time."""
    nb_server: tuple[str, int] = ("", 0)
    nb_modes: int = 0
    nb_times: bytes = b""
    wifi: dict[int, bytes] = field(default_factory=dict)
    """What was configured, by opcode."""
    wifi_mac: str = "02:00:5E:00:53:20"
    wifi_sleep: bytes = b""
    hotel: dict[int, bytes] = field(default_factory=dict)
    wristband: str = ""
    passcode_seeds: bytes = b""
    door_sensor_mac: str = ""
    keypad_mac: str = ""
    nb_operator: str = ""
    nb_imei: str = ""
    nb_card: str = ""
    nb_rssi: int = 0
    keypad_keys: int = 12
    camera_serial: str = ""
    uuid: str = ""
    auth_code: str = ""
    updating: bool = False
    """In the mode that waits for new firmware."""
