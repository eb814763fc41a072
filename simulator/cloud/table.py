"""The table of endpoints: every topic brings its rows, a new endpoint is a new row there."""

from . import accessories, biometrics, cards, inventory, live, passcodes, records, settings
from .call import Endpoint

ENDPOINTS: dict[str, Endpoint] = {
    path: endpoint
    for topic in (accessories, biometrics, cards, inventory, live, passcodes, records, settings)
    for path, endpoint in topic.ROWS.items()
}
