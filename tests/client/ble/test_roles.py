"""Whose key is enough for what (ttlock-ble-protocol.md 7): refused before anything is sent."""

from dataclasses import replace

import pytest

from custom_components.ttlock.client.ble.conversation import Access
from custom_components.ttlock.client.ble.key import LockKey, Role
from custom_components.ttlock.client.ble.topics.base import role_needed
from custom_components.ttlock.client.errors import NotPermitted, TTLockError

from .calls import CALLS, make
from .conversation_script import scripted
from .vectors import KEY

KEYS: dict[Role, LockKey] = {
    Role.READER: replace(KEY, admin=None, unlock=None),
    Role.USER: replace(KEY, admin=None),
    Role.ADMIN: KEY,
}
FOR_READERS = {
    "status", "read_clock", "new_records", "records", "read_log", "read_features", "read_accessory_battery", "scan_wifi",
}  # fmt: skip
FOR_USERS = {"unlock", "lock", "dead_lock", "set_clock", "press", "read_passcode_seed"}


@pytest.mark.parametrize("name", CALLS)
async def test_a_key_that_is_too_small_sends_nothing(name: str) -> None:
    needed = Role.READER if name in FOR_READERS else Role.USER if name in FOR_USERS else Role.ADMIN
    assert role_needed(name) is needed
    for role, key in KEYS.items():
        lock, script = scripted(key=key)
        if role < needed:
            with pytest.raises(NotPermitted):
                await make(CALLS[name], lock)
            assert script.asked == []
            continue
        try:
            await make(CALLS[name], lock)
        except NotPermitted:
            pytest.fail(f"{name} is refused to a {role.name}")
        except TTLockError:
            pass
        assert all(asked.access.role <= role for asked in script.asked)


@pytest.mark.parametrize(
    ("role", "access"), [(Role.USER, Access.PROVED_USER), (Role.ADMIN, Access.PROVED)], ids=lambda value: value.name
)
async def test_the_clock_is_set_with_the_handshake_that_the_key_allows(role: Role, access: Access) -> None:
    lock, script = scripted(b"", key=KEYS[role])
    await lock.set_clock()
    assert script.asked[0].access is access


async def test_even_the_administrator_moves_the_bolt_with_the_token_of_everybody() -> None:
    """Some models refuse the other way (5.3)."""
    lock, script = scripted()
    await lock.unlock()
    await lock.lock()
    assert {(asked.access, asked.once) for asked in script.asked} == {(Access.USER, True)}


async def test_nothing_that_a_lock_tells_shows_its_secrets() -> None:
    """Passcodes, numbers of cards and the admin passcode are told; printed they are not."""
    lock, _ = scripted(
        "0017" + "00b4" + "14" + "01" + "06313233343536" * 2 + "0001010000",
        "0000",
        "58010001deadbeef1a010f0a1e1b0c1f173b",
        "5801ffff",
        "580737363534333231",
        "0019001216041a010f0a1f2d580631323334353606313233343536",
        "0000",
    )
    told = [
        await lock.list_passcodes(),
        await lock.list_cards(),
        await lock.read_admin_passcode(),
        await lock.read_log(),
    ]
    for secret in ("123456", "3735928559", "7654321"):
        assert secret not in f"{told} {told!r} {lock!r} {lock.key}"
