"""Asking whether something would open is answered as trying it is, and leaves no trace."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from simulator import Feature, World
from simulator.credentials import Credential, CredentialKind
from simulator.lock import VirtualLock

from .conftest import Api

HOUR_MS = 3_600_000
CODES = ("48151623", "73020914", "99999999")
CARDS = ("1723612378", "5555555")

SITUATIONS: dict[str, Callable[[VirtualLock], object]] = {
    "as ever": lambda lock: None,
    "frozen": lambda lock: setattr(lock, "frozen", True),
    "double-locked": lambda lock: lock.set_double_lock(True),
    "jammed": lambda lock: setattr(lock, "jammed", True),
    "without battery": lambda lock: lock.remove_battery(),
    "blocked": lambda lock: [lock.enter_code("111111") for _ in range(5)],
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_codes_and_cards(world: World, situation: str) -> None:
    lock = world.lock("front_door")
    SITUATIONS[situation](lock)
    before = (deepcopy(lock.keypad.table), len(lock.journal), lock.bolt)
    codes = [lock.code_would_open(code) for code in CODES]
    cards = [lock.would_open(CredentialKind.CARD, number) for number in CARDS]
    assert (lock.keypad.table, len(lock.journal), lock.bolt) == before
    assert cards == [lock.swipe_card(number).opened for number in CARDS]
    assert codes == [lock.enter_code(code).opened for code in CODES]
    assert any(codes) is any(cards) is (situation == "as ever")


async def test_random_codes_are_not_used_up_by_asking(api: Api) -> None:
    lock, now = api.world.lock("front_door"), api.world.clock.now_ms()
    lock.add_feature(Feature.DELETE_CODE)

    async def made(kind: int, **dates: int) -> str:
        answer = await api.call("keyboardPwd/get", lockId=lock.lock_id, keyboardPwdType=kind, startDate=now, **dates)
        return str(answer["keyboardPwd"])

    codes = [
        await made(1),
        await made(2),
        await made(3, endDate=now + 48 * HOUR_MS),
        await made(6, endDate=now + HOUR_MS),
    ]
    erasing = await made(4)
    for _ in range(2):
        assert [lock.code_would_open(code) for code in codes] == [True] * 4
        assert not lock.code_would_open(erasing)
    assert not set(codes) & lock.keypad.table.keys()
    assert lock.enter_code(codes[0]).opened
    assert not lock.code_would_open(codes[0])
    api.world.clock.advance(24 * 3600)
    # Nobody used them within a day, but the weekly one does not need that.
    assert [lock.code_would_open(code) for code in codes] == [False, False, False, True]


async def test_qr_codes(api: Api) -> None:
    lock = api.world.lock("front_door")
    lock.add_feature(Feature.QR_CODE, Feature.CUSTOM_QR_CODE)
    answer = await api.call("qrCode/add", lockId=lock.lock_id, type=2, addType=0)
    number = str(answer["qrCodeNumber"])
    assert lock.would_open(CredentialKind.QR_CODE, number)
    assert not lock.would_open(CredentialKind.QR_CODE, "75555")
    lock.credentials[CredentialKind.QR_CODE]["75555"] = Credential(number="75555")
    assert lock.would_open(CredentialKind.QR_CODE, "75555")
    assert len(lock.journal) == 0
