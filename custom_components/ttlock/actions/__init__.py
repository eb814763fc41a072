"""The actions of the integration, by topic."""

from typing import Final

from . import credentials, ekeys, passcodes, settings
from .action import Action

ACTIONS: Final[dict[str, Action]] = {
    **passcodes.ACTIONS,
    **credentials.ACTIONS,
    **ekeys.ACTIONS,
    **settings.ACTIONS,
}

__all__ = ["ACTIONS", "Action"]
