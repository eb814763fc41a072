"""How an app signs its calls (ttlock-app-cloud.md 3.1)."""

import base64
from collections.abc import Mapping
import hashlib
import hmac


def sign(path: str, params: Mapping[str, str], application_id: str, secret: str) -> str:
    """Return the signature of a call."""
    query = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
    text = f"{path}?{query}{application_id}"
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
