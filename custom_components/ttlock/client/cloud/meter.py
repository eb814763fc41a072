"""Counting requests before they are sent, and holding back those that nobody waits for."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from ..errors import TTLockError
from .endpoints import Purpose

_BACKGROUND: ContextVar[bool] = ContextVar("ttlock_background", default=False)


class Meter(Protocol):
    """Keeper of the calls of a developer application."""

    def admit(self, purpose: Purpose, *, background: bool) -> None:
        """Count a request that is about to be sent; raises Withheld when it has to wait."""

    def answered(self, purpose: Purpose, error: TTLockError | None) -> None:
        """Take note of the verdict on a request that was admitted."""


class Unmetered:
    """A meter that lets everything pass, for a client that is used by itself."""

    def admit(self, purpose: Purpose, *, background: bool) -> None:
        """Let it pass."""

    def answered(self, purpose: Purpose, error: TTLockError | None) -> None:
        """Forget it."""


@contextmanager
def in_background() -> Generator[None]:
    """Say that nobody waits for what is read here: it may be withheld."""
    with _set(True):
        yield


@contextmanager
def asked_for() -> Generator[None]:
    """Say that somebody waits, even if something in the background was what made them ask."""
    with _set(False):
        yield


def is_background(purpose: Purpose) -> bool:
    """Return whether a request may be withheld; a command never."""
    return purpose is not Purpose.COMMAND and _BACKGROUND.get()


@contextmanager
def _set(background: bool) -> Generator[None]:
    token = _BACKGROUND.set(background)
    try:
        yield
    finally:
        _BACKGROUND.reset(token)
