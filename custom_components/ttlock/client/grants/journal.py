"""Grants as JSON, to be kept over restarts. Holds digits: whoever keeps it, keeps it private."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ..credentials import CredentialKind, Validity, ValidityKind
from ..cyclic import CyclicWindow
from ..ekeys import EkeyRequest
from ..models import PasscodeKind
from ..secret import Secret
from .model import Grant, Stage, Wish

_TIMES = ("created", "changed", "sent", "due", "deadline")


def to_json(grants: Iterable[Grant]) -> list[dict[str, Any]]:
    """Return grants as plain values."""
    return [_grant_to_json(grant) for grant in grants]


def from_json(raw: Iterable[dict[str, Any]]) -> list[Grant]:
    """Return the grants that can be read; ValueError, KeyError or TypeError for a form that is not ours."""
    return [_grant_from_json(item) for item in raw]


def _grant_to_json(grant: Grant) -> dict[str, Any]:
    return {
        "grant_id": grant.grant_id,
        "wish": _wish_to_json(grant.wish),
        "stage": grant.stage.value,
        "credential_id": grant.credential_id,
        "number": _reveal(grant.number),
        "attempts": grant.attempts,
        "asked": list(grant.asked),
        "reason": grant.reason,
        "code": grant.code,
        "used": grant.used,
        "held_back": grant.held_back,
        "changed_elsewhere": grant.changed_elsewhere,
        "origin": grant.origin,
        **{name: _text(getattr(grant, name)) for name in _TIMES},
    }


def _grant_from_json(raw: dict[str, Any]) -> Grant:
    return Grant(
        **{
            **raw,
            "wish": _wish_from_json(raw["wish"]),
            "stage": Stage(raw["stage"]),
            "number": _secret(raw["number"]),
            "asked": tuple(raw["asked"]),
            **{name: _moment(raw[name]) for name in _TIMES},
        }
    )


def _wish_to_json(wish: Wish) -> dict[str, Any]:
    return {
        "kind": wish.kind.value,
        "lock_id": wish.lock_id,
        "label": wish.label,
        "validity": _validity_to_json(wish.validity),
        "number": _reveal(wish.number),
        "reversed_number": wish.reversed_number,
        "passcode_kind": None if wish.passcode_kind is None else wish.passcode_kind.value,
        "face": _reveal(wish.face),
        "face_seal": wish.face_seal,
        "refresh_minutes": wish.refresh_minutes,
        "ekey": None
        if wish.ekey is None
        else {**asdict(wish.ekey), "start": _text(wish.ekey.start), "end": _text(wish.ekey.end)},
    }


def _wish_from_json(raw: dict[str, Any]) -> Wish:
    ekey, kind = raw["ekey"], raw["passcode_kind"]
    return Wish(
        **{
            **raw,
            "kind": CredentialKind(raw["kind"]),
            "validity": _validity_from_json(raw["validity"]),
            "number": _secret(raw["number"]),
            "passcode_kind": None if kind is None else PasscodeKind(kind),
            "face": _secret(raw["face"]),
            "ekey": ekey and EkeyRequest(**{**ekey, "start": _moment(ekey["start"]), "end": _moment(ekey["end"])}),
        }
    )


def _validity_to_json(validity: Validity) -> dict[str, Any]:
    return {
        "kind": validity.kind.value,
        "start": _text(validity.start),
        "end": _text(validity.end),
        "windows": [asdict(window) for window in validity.windows],
    }


def _validity_from_json(raw: dict[str, Any]) -> Validity:
    return Validity(
        kind=ValidityKind(raw["kind"]),
        start=_moment(raw["start"]),
        end=_moment(raw["end"]),
        windows=tuple(CyclicWindow(**window) for window in raw["windows"]),
    )


def _reveal(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()


def _secret(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)


def _text(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
