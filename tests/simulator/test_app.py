"""The cloud of the apps: signatures, the check of a new device, pages of keys (ttlock-app-cloud.md)."""

import itertools
from typing import Any

import pytest

from simulator.app.signature import sign

from .conftest import Api

INSTALLATION = "00112233445566778899aabbccddeeff"
IDENTITY = ("TEST_APP_ID", "TEST_APP_SECRET")


class Phone:
    """An app that knows nothing but the description of the interface."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.account = api.world.account("owner")
        self.headers: dict[str, str] = {}

    async def call(self, path: str, *, signature: str | None = None, version: str = "2.2", **params: str) -> Any:
        moment = str(self.api.world.clock.now_ms())
        form = {"uniqueid": INSTALLATION, **params, "date": moment, "d": moment}
        headers = {
            "appid": IDENTITY[0],
            "appSecret": IDENTITY[1],
            "version": version,
            "date": moment,
            "uniqueid": INSTALLATION,
            "signature": signature or sign(f"/lock{path}", form, *IDENTITY),
            **self.headers,
        }
        async with self.api.session.post(f"{self.api.server.url}/lock{path}", data=form, headers=headers) as response:
            return await response.json()

    async def login(self, **changes: str) -> Any:
        known = {"username": self.account.username, "password": self.account.password_md5, "platId": "1"}
        return await self.call("/user/login", **{**known, **changes})

    async def send_code(self) -> Any:
        wanted = {"account": self.account.username, "codeType": "4", "channel": "1"}
        return await self.call("/user/sendValidationCode", version="2.3", **wanted)

    async def keys(self, page: int = 1) -> Any:
        return await self.call("/check/syncDataPage", lastUpdateDate="0", pageNo=str(page))


@pytest.fixture
def phone(stranger: Api) -> Phone:
    """Return somebody who installed the app just now."""
    return Phone(stranger)


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("/lock/x", {"b": "2", "a": "1"}, "YH1j67ezhdZOZHB/aZVsSHJ3YRdBofVZSr7XxkYTtWU="),
        (
            "/lock/user/login",
            {
                "countryId": "0",
                "d": "1767225600000",
                "date": "1767225600000",
                "install": "install:com.dlock.smart",
                "packageName": "com.example.app",
                "password": "3cb4e732631f47e6eb961f34554b7cde",
                "platId": "1",
                "siteId": "0",
                "uniqueid": INSTALLATION,
                "username": "user@example.com",
            },
            "HwAR8QiqJaw8wSesIZDrhyk5KJ4r4nF9cuzvOm6ki0M=",
        ),
    ],
)
def test_vectors_of_the_signature(path: str, params: dict[str, str], expected: str) -> None:
    assert sign(path, params, *IDENTITY) == expected


async def test_a_wrong_signature_is_refused(phone: Phone) -> None:
    assert (await phone.call("/user/login", signature="nonsense"))["errcode"] == -3


async def test_a_new_device_signs_in_once_its_code_is_typed(phone: Phone) -> None:
    state = phone.api.world.app
    assert (await phone.login(password="0" * 32))["errcode"] == -1003
    assert (await phone.login())["errcode"] == -1014
    assert (await phone.send_code()) == {"errcode": 0}
    assert (await phone.send_code()) == {"errcode": 0}
    (receiver, old), (_, code) = state.outbox
    assert (receiver, len(code)) == (phone.account.username, 6)
    for typed, errcode in ((old, -1), (code, 0)):
        answer = await phone.call(
            "/user/loginNewDeviceValidation", userid=phone.account.username, verificationCode=typed
        )
        assert answer["errcode"] == errcode
    answer = await phone.login()
    assert answer["uid"] == phone.account.uid
    assert {code, answer["accessToken"]} <= phone.api.world.secrets()


async def test_keys_come_in_pages_to_who_has_the_token(phone: Phone) -> None:
    world = phone.api.world
    world.app.installations[phone.account.uid] = {INSTALLATION}
    world.app.page_size = 3
    assert (await phone.keys())["errcode"] == 10003
    answer = await phone.login()
    phone.headers = {"accessToken": answer["accessToken"], "operatorUid": str(answer["uid"])}
    pages = [await phone.keys(page) for page in range(1, (await phone.keys())["pages"] + 1)]
    rows = list(itertools.chain.from_iterable(page["keyInfos"] for page in pages))
    assert {row["lockId"] for row in rows} == {ekey.lock_id for ekey in world.ekeys_of(phone.account.uid)}
    assert len(pages) > 1
    assert {row["userType"] for row in rows if "adminPwd" not in row} == {"110302"}


async def test_the_site_is_named_and_other_paths_are_not_there(phone: Phone) -> None:
    assert (await phone.call("/system/getCountryAndSiteInfo"))["apiDomainName"] == phone.api.server.url
    phone.api.world.app.numbers_as_text = True
    assert (await phone.call("/system/getCountryAndSiteInfo"))["errcode"] == "0"
    async with phone.api.session.post(f"{phone.api.server.url}/lock/room/lock") as response:
        assert response.status == 404
