"""The calls of the apps (ttlock-app-cloud.md 5). Codes of refusals that no source confirms are marked as guesses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import hmac
import json
from typing import Any

from ..accounts import Account, AccountKind, Ekey
from ..features import special_value
from ..keys import LOCK_VERSION
from ..world import World
from .signature import sign

type Json = dict[str, Any]

PREFIX = "/lock"
NEW_DEVICE = -1014
WRONG_PASSWORD = -1003
"""A guess, as are the next two."""
BAD_SIGNATURE = -3
WRONG_CODE = -1
NO_TOKEN = 10003
NEW_DEVICE_CODE = "4"


class AppError(Exception):
    """The call is refused."""

    def __init__(self, code: int) -> None:
        """Keep the number."""
        self.code = code


@dataclass(frozen=True, slots=True)
class AppCall:
    """One call with everything a handler may look at."""

    world: World
    region: str
    site: str
    params: Mapping[str, str]
    headers: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return a parameter that has to be there; a guess what happens without it."""
        if not (value := self.params.get(name, "")):
            raise AppError(BAD_SIGNATURE)
        return value

    @property
    def installation(self) -> str:
        """Return which device calls; header and form say the same."""
        if (value := self.text("uniqueid")) != self.headers.get("uniqueid"):
            raise AppError(BAD_SIGNATURE)
        return value


def answer(
    world: World, region: str, site: str, path: str, params: Mapping[str, str], headers: Mapping[str, str]
) -> Json | None:
    """Answer a call, None when there is no such path."""
    if (handler := _HANDLERS.get(path.removeprefix(PREFIX))) is None:
        return None
    try:
        _check_signature(path, params, headers)
        body, code = handler(AppCall(world, region, site, params, headers)), 0
    except AppError as error:
        body, code = {"errmsg": "refused"}, error.code
    if world.app.numbers_as_text:
        return {**body, "errcode": str(code)}
    return {**body, "errcode": code} if code else body


def _check_signature(path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> None:
    application, secret = headers.get("appid", ""), headers.get("appSecret", "")
    proof = sign(path, params, application, secret)
    if not application or not hmac.compare_digest(proof, headers.get("signature", "")):
        raise AppError(BAD_SIGNATURE)
    if headers.get("date") != params.get("date"):
        raise AppError(BAD_SIGNATURE)


def _site(call: AppCall) -> Json:
    return {"apiDomainName": call.world.app.domain or call.site, "siteId": 3, "countryId": 39, "name": "Italy"}


def _login(call: AppCall) -> Json:
    account = _account(call, call.text("username"))
    if account is None or not hmac.compare_digest(account.password_md5, call.text("password")):
        raise AppError(WRONG_PASSWORD)
    if call.installation not in call.world.app.installations.get(account.uid, set()):
        raise AppError(NEW_DEVICE)
    return {"uid": account.uid, "accessToken": call.world.app.new_token(account.uid)}


def _send_code(call: AppCall) -> Json:
    if call.text("codeType") != NEW_DEVICE_CODE or call.headers.get("version") != "2.3":
        raise AppError(BAD_SIGNATURE)
    if _account(call, call.text("account")) is not None:
        call.world.app.new_code(call.text("account"), call.installation)
    return {"errcode": 0}


def _validate(call: AppCall) -> Json:
    state, username = call.world.app, call.text("userid")
    code = state.codes.get((username, call.installation))
    account = _account(call, username)
    if account is None or code is None or call.text("verificationCode") != code:
        raise AppError(WRONG_CODE)
    del state.codes[username, call.installation]
    state.installations.setdefault(account.uid, set()).add(call.installation)
    return {"errcode": 0}


def _keys(call: AppCall) -> Json:
    state = call.world.app
    uid = state.tokens.get(call.headers.get("accessToken", ""))
    if uid is None or call.headers.get("operatorUid") != str(uid):
        raise AppError(NO_TOKEN)
    page, ekeys = int(call.text("pageNo")), call.world.ekeys_of(uid)
    chosen = ekeys[(page - 1) * state.page_size : page * state.page_size]
    pages = -(-len(ekeys) // state.page_size) or 1
    return {"keyInfos": [_key(call.world, ekey) for ekey in chosen], "pages": pages}


def _key(world: World, ekey: Ekey) -> Json:
    lock, row = world.locks[ekey.lock_id], world.rows[ekey.lock_id]
    key = {
        "keyId": ekey.key_id,
        "lockId": lock.lock_id,
        "lockMac": lock.mac,
        "lockAlias": row.alias,
        "lockName": lock.name,
        # Object and text were both seen (5.4).
        "lockVersion": json.dumps(LOCK_VERSION) if lock.lock_id % 2 else dict(LOCK_VERSION),
        "aesKeyStr": lock.secrets.aes_key_str,
        "lockKey": lock.secrets.lock_key,
        "lockFlagPos": row.flag,
        "timezoneRawOffSet": lock.raw_offset * 1000,
        "startDate": ekey.start,
        "endDate": ekey.end,
        "keyType": 1,
        "userType": "110301" if ekey.admin else "110302",
        "keyboardPwdVersion": 4,
        "specialValue": special_value(lock.feature_value),
        "featureValue": lock.feature_value,
    }
    if ekey.admin:
        key |= {"adminPwd": lock.secrets.admin_pwd, "noKeyPwd": row.admin_passcode or lock.secrets.no_key_pwd}
    if lock.lock_id in world.app.incomplete:
        del key["aesKeyStr"]
    return key


def _account(call: AppCall, username: str) -> Account | None:
    """Return the account of that name in this region; developers have none in the apps."""
    for account in call.world.accounts.values():
        if account.username == username and account.region == call.region and account.kind is not AccountKind.DEVELOPER:
            return account
    return None


_HANDLERS: dict[str, Callable[[AppCall], Json]] = {
    "/system/getCountryAndSiteInfo": _site,
    "/user/login": _login,
    "/user/sendValidationCode": _send_code,
    "/user/loginNewDeviceValidation": _validate,
    "/check/syncDataPage": _keys,
}
