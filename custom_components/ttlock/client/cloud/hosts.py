"""Where the cloud lives (ttlock-open-api.md 1.1)."""

from typing import Final

DEFAULT_REGION: Final = "eu"
REGION_HOSTS: Final[dict[str, str]] = {
    "eu": "https://euapi.ttlock.com",
    # The vendor names only the prefix; the host is the one that public clients use.
    "cn": "https://cnapi.ttlock.com",
}
