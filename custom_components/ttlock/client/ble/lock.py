"""One lock over Bluetooth: a method for each thing that it can be asked or told."""

from .topics.biometrics import Faces, PalmVeins, QrCodes, Remotes
from .topics.bolt import BoltAndClock
from .topics.cards import Cards, Fingerprints, Windows
from .topics.history import History
from .topics.info import Info
from .topics.ownership import Ownership
from .topics.passage import Passage
from .topics.passcodes import Passcodes
from .topics.settings import Settings
from .topics.special import Accessories, Hotels, Motors, Networks


class BleLock(
    BoltAndClock,
    History,
    Passcodes,
    Cards,
    Fingerprints,
    Windows,
    Faces,
    PalmVeins,
    QrCodes,
    Remotes,
    Passage,
    Settings,
    Info,
    Ownership,
    Accessories,
    Hotels,
    Networks,
    Motors,
):
    """All that a key allows. What it does not allow is refused before anything is sent (NotPermitted).

    Times are aware, in and out; the lock keeps them in the zone of the key. What breaks a rule of the lock is refused
    before anything is sent, too (InvalidInput). The lock's own refusals come as the errors of the whole client.
    """
