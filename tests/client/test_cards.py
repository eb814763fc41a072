"""IC cards through the cloud to the door."""

from dataclasses import replace

import pytest

from custom_components.ttlock.client import CloudClient, Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity, ValidityKind
from custom_components.ttlock.client.errors import DeviceUnreachable, InvalidInput, NotFound, OutcomeUnknown
from simulator import CloudServer, Fault, World

from .doors import HOUR, go_to_hour, next_hours, today_at_noon

NUMBER = "3661413478"


async def test_a_card_opens_until_it_is_deleted(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    assert not lock.swipe_card(NUMBER).opened
    card_id = await client.cards.add(lock.lock_id, Secret(NUMBER), Validity.permanent(), "Guest")
    assert lock.swipe_card(NUMBER).opened
    card = {card.credential_id: card for card in (await client.cards.list(lock.lock_id)).items}[card_id]
    assert (card.kind, card.name, card.number) == (CredentialKind.CARD, "Guest", Secret(NUMBER))
    assert card.validity == Validity.permanent()
    assert card.sender == world.account("owner").username
    assert card.created
    await client.cards.delete(lock.lock_id, card_id)
    assert not lock.swipe_card(NUMBER).opened
    with pytest.raises(NotFound, match="card_not_found"):
        await client.cards.delete(lock.lock_id, card_id)


async def test_a_desktop_reader_spells_numbers_backwards(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    card_id = await client.cards.add_reversed(lock.lock_id, Secret(NUMBER), Validity.permanent())
    numbers = {card.credential_id: card.number for card in (await client.cards.list(lock.lock_id)).items}
    assert numbers[card_id] == Secret("1723612378")
    assert not lock.swipe_card(NUMBER).opened
    assert lock.swipe_card("1723612378").opened


async def test_a_period_is_held_and_changed_at_the_door(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    validity = next_hours(world)
    card_id = await client.cards.add(lock.lock_id, Secret(NUMBER), validity)
    assert (await _card(client, lock.lock_id, card_id)) == validity
    world.clock.advance(3 * HOUR)
    assert not lock.swipe_card(NUMBER).opened
    await client.cards.change_period(lock.lock_id, card_id, next_hours(world))
    assert lock.swipe_card(NUMBER).opened
    with pytest.raises(InvalidInput, match="period_not_permanent"):
        await client.cards.change_period(lock.lock_id, card_id, Validity.permanent())


async def test_a_weekly_card_opens_in_its_windows_only(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    validity = today_at_noon(world, lock)
    card_id = await client.cards.add(lock.lock_id, Secret(NUMBER), validity)
    assert (await _card(client, lock.lock_id, card_id)) == validity
    go_to_hour(world, lock, 12)
    assert lock.swipe_card(NUMBER).opened
    world.clock.advance(2 * HOUR)
    assert not lock.swipe_card(NUMBER).opened


async def test_a_name_does_not_need_the_lock(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    card = (await client.cards.list(lock.lock_id)).items[0]
    for gateway in world.reach.gateways.values():
        gateway.online = False
    await client.cards.rename(lock.lock_id, card.credential_id, "Cleaner")
    assert (await client.cards.list(lock.lock_id)).items[0].name == "Cleaner"
    with pytest.raises(DeviceUnreachable):
        await client.cards.add(lock.lock_id, Secret(NUMBER), Validity.permanent())


async def test_clearing_is_the_cloud_s_book_keeping(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    await client.cards.record_cleared(lock.lock_id)
    assert (await client.cards.list(lock.lock_id)).items == ()
    assert lock.cards


async def test_a_number_has_digits_only(client: CloudClient, world: World, server: CloudServer) -> None:
    with pytest.raises(InvalidInput, match="card_digits"):
        await client.cards.add(world.lock("front_door").lock_id, Secret("DA3CBC66"), Validity.permanent())
    assert server.calls.total() == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="drop_after", path="/v3/identityCard/add"),
        Fault(kind="missing_fields", path="/v3/identityCard/add", fields=("cardId",)),
    ],
    ids=["no answer", "no id"],
)
async def test_a_lost_answer_to_an_addition_is_unclear(
    client: CloudClient, world: World, server: CloudServer, fault: Fault
) -> None:
    world.faults.add(replace(fault))
    with pytest.raises(OutcomeUnknown):
        await client.cards.add(world.lock("front_door").lock_id, Secret(NUMBER), Validity.permanent())
    assert server.calls["/v3/identityCard/add"] == 1


@pytest.mark.parametrize("kind", ["null_item", "garbage_item", "numbers_as_text", "unknown_enums"])
async def test_an_odd_answer_does_not_lose_the_cards(client: CloudClient, world: World, kind: str) -> None:
    lock_id = world.lock("front_door").lock_id
    before = (await client.cards.list(lock_id)).items
    world.faults.add(Fault(kind=kind, path="/v3/identityCard/list"))
    after = (await client.cards.list(lock_id)).items
    assert [card.credential_id for card in after] == [card.credential_id for card in before] != []


async def _card(client: CloudClient, lock_id: int, card_id: int) -> Validity:
    cards = {card.credential_id: card for card in (await client.cards.list(lock_id)).items}
    assert cards[card_id].validity.kind in ValidityKind
    return cards[card_id].validity
