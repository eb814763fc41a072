"""Tokens: both spellings, every refusal, refreshing, regions."""

import pytest

from simulator import CloudServer, World

from .conftest import Api


async def test_sign_in_answer(stranger: Api) -> None:
    answer = await stranger.sign_in()
    assert set(answer) == {"access_token", "uid", "refresh_token", "openid", "scope", "token_type", "expires_in"}
    assert (answer["uid"], answer["expires_in"]) == (2340001, 7_776_000)
    assert len(answer["access_token"]) == len(answer["refresh_token"]) == 32
    assert (await stranger.call("user/getUid", "GET")) == {"uid": 2340001}


async def test_old_spelling(stranger: Api) -> None:
    owner, application = stranger.world.account("owner"), stranger.world.application
    answer = await stranger.raw(
        "/oauth2/token",
        {
            "client_id": application.client_id,
            "client_secret": application.client_secret,
            "grant_type": "password",
            "username": owner.username,
            "password": owner.password_md5,
            "redirect_uri": "http://localhost",
        },
    )
    assert answer["uid"] == owner.uid


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"clientId": "0" * 32}, 10000),
        ({"clientSecret": "0" * 32}, 10001),
        ({"username": "nobody@example.com"}, 10007),
        ({"password": "0" * 32}, 10007),
        ({"password": "canary-owner-password-6f1d"}, 30005),
        ({"grant_type": "authorization_code"}, 10010),
    ],
)
async def test_refusals(stranger: Api, changes: dict[str, str], errcode: int) -> None:
    answer = await stranger.sign_in(**changes)
    assert answer["errcode"] == errcode
    assert answer["errmsg"]
    assert "access_token" not in answer


async def test_developer_account_gets_no_token(stranger: Api) -> None:
    assert (await stranger.sign_in("developer"))["errcode"] == 10007


async def test_application_under_review(stranger: Api) -> None:
    stranger.world.application.approved = False
    assert (await stranger.sign_in())["errcode"] == 10006


async def refresh(api: Api, token: str) -> dict[str, object]:
    application = api.world.application
    return await api.raw(
        "/oauth2/token",
        {
            "clientId": application.client_id,
            "clientSecret": application.client_secret,
            "grant_type": "refresh_token",
            "refresh_token": token,
        },
    )


async def test_token_life(stranger: Api) -> None:
    signed_in = await stranger.sign_in()
    stranger.world.clock.advance(7_776_000)
    assert await stranger.code("user/getUid") == 10004
    renewed = await refresh(stranger, signed_in["refresh_token"])
    assert "uid" not in renewed
    assert renewed["refresh_token"] == signed_in["refresh_token"]
    stranger.token = str(renewed["access_token"])
    assert await stranger.code("user/getUid") == 0
    stranger.world.revoke_tokens()
    assert await stranger.code("user/getUid") == 10004
    stranger.token = "0" * 32
    assert await stranger.code("user/getUid") == 10003
    assert (await refresh(stranger, "0" * 32))["errcode"] == 10011


async def test_refresh_tokens_end_after_ten_years(stranger: Api) -> None:
    signed_in = await stranger.sign_in()
    stranger.world.clock.advance(10 * 365 * 86_400)
    assert (await refresh(stranger, signed_in["refresh_token"]))["errcode"] == 10011


async def test_rotation(stranger: Api) -> None:
    stranger.world.application.rotate_refresh_tokens = True
    signed_in = await stranger.sign_in()
    renewed = await refresh(stranger, signed_in["refresh_token"])
    assert renewed["refresh_token"] != signed_in["refresh_token"]
    assert (await refresh(stranger, signed_in["refresh_token"]))["errcode"] == 10011
    assert "access_token" in await refresh(stranger, str(renewed["refresh_token"]))


async def test_forgotten_tokens_need_a_sign_in(stranger: Api) -> None:
    signed_in = await stranger.sign_in()
    stranger.world.tokens.forget_all()
    assert (await refresh(stranger, signed_in["refresh_token"]))["errcode"] == 10011
    assert "access_token" in await stranger.sign_in()
    assert await stranger.code("user/getUid") == 0


async def test_a_restart_signs_nobody_out(stranger: Api) -> None:
    signed_in = await stranger.sign_in()
    fresh = World.load()
    async with CloudServer(fresh) as server:
        again = Api(server, stranger.session)
        again.token = signed_in["access_token"]
        assert await again.code("user/getUid") == 10003
        again.token = str((await refresh(again, signed_in["refresh_token"]))["access_token"])
        assert await again.code("user/getUid") == 0


async def test_regions(stranger: Api) -> None:
    assert (await stranger.sign_in("faraway"))["errcode"] == 30008
    async with CloudServer(stranger.world, region="cn") as server:
        there = Api(server, stranger.session)
        assert (await there.sign_in("faraway"))["uid"] == 2340005
        assert (await there.sign_in())["errcode"] == 30008
        stranger.token = there.token
    assert await stranger.code("user/getUid") == 30008
