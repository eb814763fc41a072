"""The calls of a month suffice, whatever the number of locks and accounts."""

from datetime import UTC, datetime, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ttlock.const import (
    CALLS_FOR_SETTINGS,
    CREDENTIAL_CALLS_A_MONTH,
    CREDENTIAL_CALLS_AT_ONCE,
    CREDENTIAL_CALLS_ON_DEMAND_A_MONTH,
    DETAILS_CALLS_A_MONTH,
    DOMAIN,
    INVENTORY_INTERVAL,
    MONTH,
    REACH_CALLS_A_MONTH,
    RECORD_CALLS_A_MONTH,
    SETTINGS_CALLS_A_MONTH,
    SHORTEST_CREDENTIAL_INTERVAL,
    SHORTEST_DETAILS_AGE,
    SHORTEST_REACH_INTERVAL,
    SHORTEST_RECORD_INTERVAL,
    SHORTEST_SETTINGS_AGE,
    SHORTEST_STATE_INTERVAL,
    STATE_CALLS_A_MONTH,
)
from custom_components.ttlock.data import Allowance, spread

FREE_PLAN = 30_000


KINDS = 8
"""Tables of credentials of a lock that has everything."""


@given(
    locks=st.integers(1, 1000),
    gateways=st.integers(0, 200),
    followed=st.integers(0, 1000),
    details=st.integers(0, 10_000),
)
def test_regular_calls_leave_a_reserve_for_commands(locks: int, gateways: int, followed: int, details: int) -> None:
    state = locks * (MONTH / spread(locks, STATE_CALLS_A_MONTH, SHORTEST_STATE_INTERVAL))
    state += locks * (MONTH / spread(locks, RECORD_CALLS_A_MONTH, SHORTEST_RECORD_INTERVAL))
    calls = locks * CALLS_FOR_SETTINGS
    settings = calls * (MONTH / spread(calls, SETTINGS_CALLS_A_MONTH, SHORTEST_SETTINGS_AGE))
    reach = gateways * (MONTH / spread(gateways, REACH_CALLS_A_MONTH, SHORTEST_REACH_INTERVAL))
    inventory = 3 * (MONTH / INVENTORY_INTERVAL)
    tables = min(followed, locks) * KINDS
    credentials = tables * (MONTH / spread(tables, CREDENTIAL_CALLS_A_MONTH, SHORTEST_CREDENTIAL_INTERVAL))
    credentials += CREDENTIAL_CALLS_ON_DEMAND_A_MONTH + CREDENTIAL_CALLS_AT_ONCE
    shown = details * (MONTH / spread(details, DETAILS_CALLS_A_MONTH, SHORTEST_DETAILS_AGE))
    assert state + settings + reach + inventory + credentials + shown < FREE_PLAN * 0.9


def test_a_single_lock_is_not_asked_more_often_than_its_battery_likes() -> None:
    assert spread(1, STATE_CALLS_A_MONTH, SHORTEST_STATE_INTERVAL) == timedelta(minutes=10)


@given(calls=st.integers(1, 60), minutes=st.integers(1, 10_000))
def test_whoever_looks_however_often_costs_no_more_than_was_set_aside(calls: int, minutes: int) -> None:
    allowance = Allowance(CREDENTIAL_CALLS_AT_ONCE)
    now, made = datetime(2026, 12, 1, tzinfo=UTC), 0
    for _ in range(100):
        if allowance.take(calls, CREDENTIAL_CALLS_ON_DEMAND_A_MONTH, now):
            made += min(calls, CREDENTIAL_CALLS_AT_ONCE)
        now += timedelta(minutes=minutes)
    months = timedelta(minutes=100 * minutes) / MONTH
    assert 0 < made <= CREDENTIAL_CALLS_AT_ONCE + CREDENTIAL_CALLS_ON_DEMAND_A_MONTH * months


async def test_accounts_of_one_application_share_its_calls(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    await async_setup_component(hass, "diagnostics", {})
    alone = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    MockConfigEntry(domain=DOMAIN, unique_id="other", data=dict(loaded.data)).add_to_hass(hass)
    shared = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert shared["state_interval_seconds"] == pytest.approx(2 * alone["state_interval_seconds"])
