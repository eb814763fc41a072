"""Where the cloud lives (ttlock-open-api.md 1.1)."""

from typing import Final

DEFAULT_REGION: Final = "eu"
REGION_HOSTS: Final[dict[str, str]] = {
    "eu": "https://euapi.ttlock.com",
    # The vendor names only the prefix; the host itself is inferred (marked uncertain in the spec).
    "cn": "https://cnapi.ttlock.com",
}
