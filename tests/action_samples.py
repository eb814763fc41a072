"""A call of every action, made of what services.yaml offers: new actions are tried without anybody adding them."""

from collections.abc import Iterator
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict

from custom_components.ttlock.actions import ACTIONS, Action
from custom_components.ttlock.actions.action import Target

from .repository.source import INTEGRATION

DESCRIBED: Final[dict[str, Any]] = load_yaml_dict(str(INTEGRATION / "services.yaml"))
MORE: Final[dict[str, dict[str, Any]]] = {
    # What no field is required for, but one of several.
    "modify_passcode": {"passcode_name": "Guest"},
    "update_passcode": {"passcode_name": "Guest"},
    "delete_passcode": {"passcode_id": 80863054},
    "modify_ekey": {"name": "Guest"},
    "get_unlock_link": {"notify": "notify.phone"},
    **{name: {"source": "lock.garden_gate", "dry_run": True} for name in ("clone_lock", "import_from_lock")},
    "issue_access": {"receiver_username": "landlord@example.com"},
    "revoke_access": {"name": "Family", "dry_run": True},
    **{
        f"set_{kind}_period": {"start_time": "2036-12-24 15:00", "end_time": "2036-12-27 11:00"}
        for kind in ("card", "fingerprint", "face", "palm_vein", "qr_code", "remote")
    },
}


def on_locks() -> Iterator[tuple[str, Action]]:
    """Yield the actions that are meant for locks."""
    return ((name, action) for name, action in ACTIONS.items() if action.target is Target.LOCKS)


def sample(name: str) -> dict[str, Any]:
    """Return the fields of a call that the schema takes and that passes the first checks."""
    fields = (DESCRIBED[name] or {}).get("fields", {})
    return {field: _value(content) for field, content in fields.items() if content.get("required")} | MORE.get(name, {})


def _value(content: dict[str, Any]) -> Any:
    if "boolean" in content["selector"]:
        return True
    if "example" in content:
        return content["example"]
    if "text" in content["selector"]:
        return "Guest"
    select = content["selector"]["select"]
    return select["options"][0]
