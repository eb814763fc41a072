"""Canaries: nothing that opens a door or an account shows up where people or files can read it."""

from collections.abc import Generator
from datetime import timedelta
import json
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.ttlock.const import DOMAIN
from simulator import Fault, World

from .passing_time import pass_time
from .test_lock import Find

OWN_DIGITS = "918273645"
OWN_CARD = "2882343476"
FIGURES = ("bluetooth_last_success", "bluetooth_seconds", "cloud_last_success", "cloud_seconds")
MOMENTS = ("at", "heard", "auto_lock_at", "changes_at", "next_question", "read_at", *FIGURES)

INTERVALS = ("state_interval_seconds", "update_interval_seconds")
"""They depend on how far the month of calls is."""


@pytest.fixture
def everything_said(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> Generator[list[str]]:
    """Collect every event of the bus as text; the log is at debug."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []

    def hear(event: Any) -> None:
        # An action call is recorded with the fields its caller gave; that is the caller's doing, not ours.
        if event.event_type != "call_service":
            said.append(json.dumps(event.as_dict(), cls=JSONEncoder, default=repr))

    stop = hass.bus.async_listen("*", hear)
    yield said
    stop()


async def test_no_secret_is_shown_anywhere(
    hass: HomeAssistant,
    everything_said: list[str],
    loaded: MockConfigEntry,
    short_patience: None,
    world: World,
    entity_id: Find,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    errors: list[str] = []

    async def attempt(domain: str, action: str, data: dict[str, Any]) -> None:
        try:
            await hass.services.async_call(
                domain,
                action,
                {"entity_id": front_door, **data},
                blocking=True,
                return_response=domain == "ttlock",
            )
        except HomeAssistantError as err:
            errors.append(f"{err} {err!r} {err.__cause__!r} {err.translation_placeholders}")

    code = {"passcode_name": "Guest", "passcode": OWN_DIGITS}
    await attempt("ttlock", "create_passcode", code)
    await attempt(
        "ttlock", "create_passcode", {**code, "entity_id": [front_door, entity_id("lock", "padlock", "lock")]}
    )
    world.lock("front_door").enter_code(OWN_DIGITS)
    await attempt("ttlock", "update_state", {})
    for kind in ("http_500", "html", "truncated", "drop_before", "timeout_before"):
        world.faults.add(Fault(kind=kind))
        await attempt("ttlock", "create_passcode", code)
        await attempt("ttlock", "modify_passcode", {"passcode_id": 1, **code})
        await attempt("ttlock", "issue_access", {"name": "Guest", "passcode": OWN_DIGITS})
        await attempt("ttlock", "set_lock_credential", {"credential_type": "pin", "credential_data": OWN_DIGITS})
        await attempt("ttlock", "set_admin_passcode", {"passcode": OWN_DIGITS})
        await attempt("ttlock", "get_admin_passcode", {"include_secrets": True})
        await attempt("ttlock", "add_card", {"card_name": "Guest", "card_number": OWN_CARD})
        await attempt("lock", "unlock", {})
        await loaded.runtime_data.async_refresh()
        world.faults.clear()
    await attempt("ttlock", "create_passcode", {**code, "start_time": "2001-01-01", "end_time": "2001-01-02"})
    await attempt("ttlock", "create_passcode", {**code, "passcode": f"{OWN_DIGITS}x"})
    await attempt("lock", "unlock", {})
    for errcode in (-3009, -4043, 30007, 80000):
        world.faults.add(Fault(kind="errcode", errcode=errcode))
        await attempt("ttlock", "create_passcode", code)
        await attempt("lock", "unlock", {})
        world.faults.clear()
    assert ir.async_get(hass).issues
    world.tokens.revoke_all()
    await loaded.runtime_data.async_refresh()
    await attempt("ttlock", "list_passcodes", {})
    world.tokens.forget_all()
    await loaded.runtime_data.async_refresh()
    await attempt("lock", "unlock", {})
    await hass.async_block_till_done(wait_background_tasks=True)

    await async_setup_component(hass, "diagnostics", {})
    diagnostics = json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, loaded))
    for device in dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id):
        diagnostics += json.dumps(await get_diagnostics_for_device(hass, hass_client, loaded, device))
    states = json.dumps([state.as_dict() for state in hass.states.async_all()], cls=JSONEncoder)
    registries = repr(er.async_get(hass).entities) + repr(
        dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id)
    )

    token = loaded.data["token"]
    secrets = world.secrets() | {OWN_DIGITS, OWN_CARD, token["access_token"], token["refresh_token"]}
    places = {
        "log": caplog.text,
        "events": " ".join(everything_said),
        "errors": " ".join(errors),
        "diagnostics": diagnostics,
        "repairs": repr(ir.async_get(hass).issues),
        "states": states,
        "registries": registries,
    }
    assert len(errors) >= 10
    assert len(everything_said) > 50
    assert len(secrets) > 20
    # The account is an e-mail address or a phone number: logs and diagnostics are what users post.
    owner = world.account("owner").username
    assert owner not in caplog.text
    assert owner not in diagnostics
    leaks = {place: [secret for secret in secrets if secret in shown] for place, shown in places.items()}
    assert not any(leaks.values()), leaks


async def test_the_store_holds_no_secret(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    await pass_time(hass, freezer, timedelta(minutes=1))
    stored = json.dumps(hass_storage[f"{DOMAIN}.{loaded.entry_id}"])
    assert str(world.lock("front_door").lock_id) in stored
    assert not [secret for secret in world.secrets() if secret in stored]


async def test_diagnostics_tell_what_helps_and_name_nobody(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    hass_client: ClientSessionGenerator,
    snapshot: SnapshotAssertion,
) -> None:
    await async_setup_component(hass, "diagnostics", {})
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    text = json.dumps(diagnostics)
    lock = world.lock("front_door")
    owner = world.account("owner").username
    assert not [word for word in (str(lock.lock_id), lock.mac, "Front Door", owner) if word in text]
    assert diagnostics == snapshot(exclude=props(*MOMENTS, "calls", "calls_of_the_month", *INTERVALS))
    gateway = next(
        device
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id)
        if any(gateway.mac in str(device.identifiers) for gateway in world.reach.gateways.values())
    )
    for_gateway = await get_diagnostics_for_device(hass, hass_client, loaded, gateway)
    assert len(for_gateway["gateways"]) == 1
