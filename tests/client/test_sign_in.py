"""Signing in, renewing, and finding the region."""

import aiohttp
import pytest

from custom_components.ttlock.client import (
    Application,
    CloudClient,
    Secret,
    password_digest,
    renew,
    sign_in,
    sign_in_anywhere,
)
from custom_components.ttlock.client.errors import (
    AccountRejected,
    ApplicationRejected,
    ConnectionFailed,
    RefreshRejected,
    ServerFault,
    TTLockError,
    WrongRegion,
)
from simulator import CloudServer, Fault, World

from .conftest import MemoryTokens

NOWHERE = "http://127.0.0.1:9"


async def test_signing_in_gives_token_and_account_number(
    session: aiohttp.ClientSession, server: CloudServer, application: Application, world: World
) -> None:
    owner = world.account("owner")
    token = await sign_in(session, server.url, application, owner.username, password_digest(owner.password))
    assert token.account_id == owner.uid
    assert token.lifetime_seconds > 0
    assert token.access.reveal()
    assert token.access.reveal() not in repr(token)


@pytest.mark.parametrize(
    ("client_id", "client_secret", "username", "password", "error", "reason"),
    [
        (None, None, None, "wrong", AccountRejected, "wrong_account"),
        (None, None, "nobody@example.com", None, AccountRejected, "wrong_account"),
        (None, "0" * 32, None, None, ApplicationRejected, "application_rejected"),
        ("0" * 32, None, None, None, ApplicationRejected, "application_unknown"),
    ],
)
async def test_a_refused_sign_in_says_what_was_wrong(
    session: aiohttp.ClientSession,
    server: CloudServer,
    world: World,
    client_id: str | None,
    client_secret: str | None,
    username: str | None,
    password: str | None,
    error: type[TTLockError],
    reason: str,
) -> None:
    owner = world.account("owner")
    application = Application(
        client_id=client_id or world.application.client_id,
        client_secret=Secret(client_secret or world.application.client_secret),
    )
    with pytest.raises(error) as refusal:
        await sign_in(
            session,
            server.url,
            application,
            username or owner.username,
            password_digest(password or owner.password),
        )
    assert refusal.value.reason == reason


async def test_the_region_is_found_by_itself(
    session: aiohttp.ClientSession, server: CloudServer, application: Application, world: World
) -> None:
    async with CloudServer(world, region="cn") as elsewhere:
        owner = world.account("owner")
        hosts = {"cn": elsewhere.url, "eu": server.url}
        region, token = await sign_in_anywhere(
            session, hosts, application, owner.username, password_digest(owner.password)
        )
        assert region == "eu"
        assert token.account_id == owner.uid
        with pytest.raises(WrongRegion):
            await sign_in_anywhere(
                session, {"cn": elsewhere.url}, application, owner.username, password_digest(owner.password)
            )


async def test_an_application_of_the_other_region_leads_there(
    session: aiohttp.ClientSession, server: CloudServer, application: Application, world: World
) -> None:
    # The clouds share nothing: the other one does not even know the application.
    strange = World.load()
    strange.faults.add(Fault(kind="errcode", errcode=10000, path="/oauth2/token"))
    async with CloudServer(strange, region="eu") as elsewhere:
        owner = world.account("owner")
        hosts = {"eu": elsewhere.url, "cn": server.url}
        region, _ = await sign_in_anywhere(session, hosts, application, owner.username, password_digest(owner.password))
        assert region == "cn"
        with pytest.raises(AccountRejected):
            await sign_in_anywhere(session, hosts, application, owner.username, password_digest("wrong"))


async def test_a_wrong_password_is_not_hidden_by_an_unreachable_region(
    session: aiohttp.ClientSession, server: CloudServer, application: Application, world: World
) -> None:
    owner = world.account("owner")
    with pytest.raises(AccountRejected):
        await sign_in_anywhere(
            session, {"eu": server.url, "cn": NOWHERE}, application, owner.username, password_digest("wrong")
        )
    with pytest.raises(ConnectionFailed):
        await sign_in_anywhere(session, {"eu": NOWHERE}, application, owner.username, password_digest("x"))


async def test_a_sign_in_without_token_is_not_taken_for_one(
    session: aiohttp.ClientSession, server: CloudServer, application: Application, world: World
) -> None:
    owner = world.account("owner")
    world.faults.add(Fault(kind="missing_fields", path="/oauth2/token", fields=("access_token",)))
    with pytest.raises(ServerFault):
        await sign_in(session, server.url, application, owner.username, password_digest(owner.password))


async def test_an_expired_token_is_renewed_once_and_the_call_goes_on(
    client: CloudClient, tokens: MemoryTokens, world: World, server: CloudServer
) -> None:
    world.tokens.revoke_all()
    assert (await client.list_ekeys()).items
    assert tokens.renewals == 1
    assert server.calls["/oauth2/token"] == 1
    assert server.calls["/v3/key/list"] == 2
    await client.list_ekeys()
    assert tokens.renewals == 1


async def test_a_dead_refresh_token_asks_for_a_new_sign_in(
    client: CloudClient, tokens: MemoryTokens, world: World, session: aiohttp.ClientSession, server: CloudServer
) -> None:
    world.tokens.forget_all()
    with pytest.raises(RefreshRejected):
        await client.list_ekeys()
    with pytest.raises(RefreshRejected):
        await renew(session, server.url, tokens.application, Secret("0" * 32))
