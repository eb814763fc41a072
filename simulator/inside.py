"""What a lock holds inside: its switches and its secrets."""

from dataclasses import asdict, dataclass, field
import hashlib


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
    lock_data: str = field(repr=False)
    aes_key_str: str = field(repr=False)
    admin_pwd: str = field(repr=False)
    lock_key: str = field(repr=False)
    delete_pwd: str = field(repr=False)
    no_key_pwd: str = field(repr=False)

    @classmethod
    def derive(cls, name: str) -> LockSecrets:
        """Make the secrets of a lock out of its name, the same in every run."""
        seed = hashlib.sha256(f"virtual lock {name}".encode()).digest()
        text = seed.hex()
        aes_key = b"canary" + seed[:10]
        digits = str(int.from_bytes(seed[:8]) % 10**9).zfill(9)
        return cls(
            seed=seed,
            lock_data=f"canaryLockData{text}{text[::-1]}AA",
            aes_key_str=",".join(f"{byte:02x}" for byte in aes_key),
            admin_pwd=f"canaryAdminPwd{text[:32]}AA",
            lock_key=f"canaryLockKey{text[32:]}AAA",
            delete_pwd=f"canaryDeletePwd{text[16:48]}A",
            no_key_pwd=digits,
        )
