"""TTLock locks and their cloud: an asyncio library that knows nothing of Home Assistant.

Session, clock, sleep and token store come from outside. `CloudClient` is the account; everything it returns is an
immutable dataclass of `models`, everything it raises is a `TTLockError`.
"""

from .cloud.api import CloudClient
from .cloud.auth import Application, Token, month_request_count, password_digest, renew, sign_in, sign_in_anywhere
from .cloud.endpoints import Purpose
from .cloud.hosts import DEFAULT_REGION, REGION_HOSTS
from .cloud.meter import Meter, asked_for, in_background
from .cloud.transport import TokenSource, Transport
from .features import Feature, Features
from .secret import Secret

__all__ = [
    "DEFAULT_REGION",
    "REGION_HOSTS",
    "Application",
    "CloudClient",
    "Feature",
    "Features",
    "Meter",
    "Purpose",
    "Secret",
    "Token",
    "TokenSource",
    "Transport",
    "asked_for",
    "in_background",
    "month_request_count",
    "password_digest",
    "renew",
    "sign_in",
    "sign_in_anywhere",
]
