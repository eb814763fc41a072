"""How many examples Hypothesis tries of a rule that a few show: the suite 30, the long run 5,000."""

import os
from typing import Final

from hypothesis import settings

LONG: Final = os.environ.get("HYPOTHESIS_PROFILE") == "long"
few = settings(max_examples=5000 if LONG else 30)
