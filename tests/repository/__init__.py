"""What hassfest, HACS and a reviewer would say, and what keeps the repository honest about itself.

hassfest is not on PyPI, so these tests stand in for the parts of it that run for custom integrations
(home-assistant-conventions.md 5.1, 5.2 and 6.7).
"""

import pytest

pytest.register_assert_rewrite(f"{__name__}.rules_in_code", f"{__name__}.source")
