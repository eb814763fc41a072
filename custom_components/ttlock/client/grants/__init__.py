"""Credentials with proof: what is wanted on a lock, how far it has come, and what the lock really holds."""

from .engine import Grants, Outcome
from .journal import from_json, to_json
from .model import EXPIRING, Change, Grant, Life, Stage, Wish, first_use_by, is_random, life_of
from .overview import Access, overview
from .vendor import Run, Vendor

__all__ = [
    "EXPIRING",
    "Access",
    "Change",
    "Grant",
    "Grants",
    "Life",
    "Outcome",
    "Run",
    "Stage",
    "Vendor",
    "Wish",
    "first_use_by",
    "from_json",
    "is_random",
    "life_of",
    "overview",
    "to_json",
]
