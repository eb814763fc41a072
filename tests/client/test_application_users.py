"""Accounts that the developer application registered."""

import aiohttp
import pytest

from custom_components.ttlock.client import Application, Secret, password_digest, sign_in
from custom_components.ttlock.client.cloud.users import Users
from custom_components.ttlock.client.errors import (
    AccountRejected,
    ApplicationRejected,
    InvalidInput,
    OutcomeUnknown,
    ServerFault,
)
from custom_components.ttlock.client.inventory import ApplicationUser
from simulator import CloudServer, Fault, World

PASSWORD = password_digest("virtual password")


@pytest.fixture
def users(session: aiohttp.ClientSession, server: CloudServer, application: Application, world: World) -> Users:
    """Return the accounts of the application."""
    return Users(session, server.url, application, clock=world.clock.now)


async def test_an_account_is_registered_signs_in_and_is_deleted(
    users: Users, session: aiohttp.ClientSession, server: CloudServer, application: Application
) -> None:
    username = await users.register("guest1", PASSWORD)
    assert username != "guest1"
    assert username.endswith("guest1")
    (user,) = (await users.list()).items
    assert user.username == username
    assert user.registered
    assert await sign_in(session, server.url, application, username, PASSWORD)
    await users.reset_password(username, password_digest("another password"))
    with pytest.raises(AccountRejected):
        await sign_in(session, server.url, application, username, PASSWORD)
    assert await sign_in(session, server.url, application, username, password_digest("another password"))
    with pytest.raises(InvalidInput, match="username_taken"):
        await users.register("guest1", PASSWORD)
    await users.delete(username)
    assert (await users.list()).items == ()
    with pytest.raises(InvalidInput, match="user_not_removable"):
        await users.delete(username)


async def test_a_long_list_is_read_to_its_end(users: Users, server: CloudServer) -> None:
    for number in range(201):
        await users.register(f"guest{number}", PASSWORD)
    server.reset_calls()
    assert len({user.username for user in (await users.list()).items}) == 201
    assert server.calls["/v3/user/list"] == 2


async def test_a_name_consists_of_letters_and_digits(users: Users, server: CloudServer) -> None:
    with pytest.raises(InvalidInput, match="username_invalid"):
        await users.register("guest@example.com", PASSWORD)
    assert server.calls.total() == 0


async def test_the_secret_of_the_application_is_needed(
    session: aiohttp.ClientSession, server: CloudServer, application: Application, world: World
) -> None:
    wrong = Application(client_id=application.client_id, client_secret=Secret("0" * 32))
    with pytest.raises(ApplicationRejected):
        await Users(session, server.url, wrong, clock=world.clock.now).list()


async def test_answers_without_substance(users: Users, world: World) -> None:
    world.faults.add(Fault(kind="missing_fields", path="/v3/user/register", fields=("username",)))
    with pytest.raises(OutcomeUnknown):
        await users.register("guest1", PASSWORD)
    world.faults.add(Fault(kind="missing_fields", path="/v3/user/list", fields=("list",)))
    with pytest.raises(ServerFault):
        await users.list()


def test_the_older_spelling_of_a_name_is_understood() -> None:
    assert ApplicationUser.from_vendor({"userId": "abcd_guest1"}).username == "abcd_guest1"
    with pytest.raises(ValueError, match="username"):
        ApplicationUser.from_vendor({"regtime": 1})
