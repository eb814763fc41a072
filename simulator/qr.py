"""Images of random QR codes: an algorithm of our own (ttlock-open-api.md 4.10).

Cloud and lock share a secret, so the lock can judge a code it was never told about. An image carries the time it was
made; a deleted code therefore works until the last image of it is too old.
"""

from dataclasses import dataclass
import hashlib
import hmac
import json

from .credentials import Credential
from .database import QrCodeRow
from .schedule import CyclicWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class QrImage:
    """What an image says: the code's number and validity, when it was made and for how many minutes it holds."""

    number: str
    credential: Credential
    made: float
    minutes: int

    def fresh(self, now: float) -> bool:
        """Say whether the image is young enough; some minutes of clock difference do not matter."""
        return self.made - 300 <= now < self.made + self.minutes * 60


def make_image(secret: bytes, code: QrImage) -> str:
    """Return the text of an image."""
    credential = code.credential
    cycle = [[window.day, window.start, window.end] for window in credential.cycle]
    facts = [code.number, credential.start, credential.end, cycle, code.made, code.minutes]
    text = json.dumps(facts, separators=(",", ":")).encode().hex()
    return f"{text}.{_seal(secret, text)}"


def read_image(secret: bytes, image: str) -> QrImage | None:
    """Return what an image says, or None when it is none of this lock's."""
    text, _, seal = image.partition(".")
    if not seal or not hmac.compare_digest(seal.encode(), _seal(secret, text).encode()):
        return None
    number, start, end, cycle, made, minutes = json.loads(bytes.fromhex(text))
    windows = tuple(CyclicWindow(day=day, start=first, end=last) for day, first, last in cycle)
    return QrImage(
        number=number,
        credential=Credential(number=number, start=start, end=end, cycle=windows),
        made=made,
        minutes=minutes,
    )


def current_image(secret: bytes, row: QrCodeRow, now: float) -> str:
    """Return what the page of a code shows at the cloud's time."""
    if row.custom:
        return row.number
    credential = Credential(number=row.number, start=row.start / 1000, end=row.end / 1000, cycle=row.cycle)
    return make_image(secret, QrImage(number=row.number, credential=credential, made=now, minutes=row.refresh_minutes))


def _seal(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode(), hashlib.sha256).hex()[:32]
