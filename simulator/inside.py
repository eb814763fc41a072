"""What a lock holds inside: its switches and its secrets."""

from dataclasses import asdict, dataclass, field
import hashlib

from .radio.codec import encode_field
from .radio.lockdata import Keys, aes_key_text, secret_field


@dataclass(slots=True, kw_only=True)
class LockSettings:
    """Switches of the lock with the cloud's numbers: 1 on (or left), 2 off (or right)."""

    lock_sound: int = 1
    sound_volume: int = 3
    privacy_lock: int = 2
    tamper_alert: int = 1
    reset_button: int = 1
    open_direction: int = 1
    dual_verification: int = 2

    def as_numbers(self) -> dict[str, int]:
        """Return the switches by name, as the cloud copies them."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSecrets:
    """What must never appear in a log: long, distinctive and derived from the lock's seed."""

    seed: bytes = field(repr=False)
    keys: Keys = field(repr=False)
    no_key_pwd: str = field(repr=False)
    delete_code: str = field(repr=False)

    @classmethod
    def derive(cls, name: str) -> LockSecrets:
        """Make the secrets of a lock out of its name, the same in every run."""
        seed = hashlib.sha256(f"virtual lock {name}".encode()).digest()
        # Nine digits, as the vendor's apps draw them (ttlock-ble-protocol.md 4.1).
        admin_ps, unlock_key = (10**8 + int.from_bytes(seed[at : at + 8]) % (9 * 10**8) for at in (8, 16))
        return cls(
            seed=seed,
            keys=Keys(aes_key=b"canary" + seed[:10], admin_ps=admin_ps, unlock_key=unlock_key),
            no_key_pwd=str(int.from_bytes(seed[:8]) % 10**9).zfill(9),
            delete_code=str(10**8 + int.from_bytes(seed[24:]) % (9 * 10**8)),
        )

    @property
    def aes_key_str(self) -> str:
        """Return the AES key as the cloud shows it (ttlock-ble-protocol.md 4.2)."""
        return aes_key_text(self.keys.aes_key)

    @property
    def admin_pwd(self) -> str:
        """Return the admin's number as the cloud shows it (4.3)."""
        return secret_field(self.keys.admin_ps, self.seed)

    @property
    def lock_key(self) -> str:
        """Return the unlock key as the cloud shows it (4.3)."""
        return secret_field(self.keys.unlock_key, self.seed[1:])

    @property
    def delete_pwd(self) -> str:
        """Return the code that erases all passcodes as the cloud shows it (4.3)."""
        return encode_field(f"{self.delete_code:0>10}", 1 + self.seed[2] % 127) if self.delete_code else ""
