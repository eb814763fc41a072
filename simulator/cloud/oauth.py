"""Signing in (ttlock-open-api.md 2) and the quota query (1.6)."""

from string import hexdigits

from ..accounts import AccessToken, AccountKind, Application
from .call import Call, Json
from .errors import ApiError
from .pipeline import proven_application


def token(call: Call) -> Json:
    """Answer ``/oauth2/token`` for a password or a refresh token, in both spellings."""
    application = proven_application(call)
    match call.text("grant_type") or call.text("grantType") or "password":
        case "password":
            return _sign_in(call, application)
        case "refresh_token":
            return _refresh(call, application)
        case _:
            raise ApiError(10010)


def month_request_count(call: Call) -> Json:
    """Answer how many calls the application made this month, Beijing time."""
    application = proven_application(call)
    return {"monthRequestCount": application.count(call.world.clock.now())}


def _sign_in(call: Call, application: Application) -> Json:
    if not application.approved:
        raise ApiError(10006)
    password = call.text("password")
    if len(password) != 32 or not set(password) <= set(hexdigits):
        raise ApiError(30005)
    account = next((a for a in call.world.accounts.values() if a.username == call.text("username")), None)
    if account is None or account.kind is AccountKind.DEVELOPER or account.password_md5 != password.lower():
        raise ApiError(10007)
    if account.region != call.region:
        raise ApiError(30008)
    issued = call.world.tokens.issue(account, application, call.world.clock.now())
    return {**_body(issued, application), "uid": account.uid}


def _refresh(call: Call, application: Application) -> Json:
    now = call.world.clock.now()
    renewed = call.world.tokens.renew(call.text("refresh_token"), application, list(call.world.accounts.values()), now)
    if renewed is None:
        raise ApiError(10011)
    return _body(renewed, application)


def _body(issued: AccessToken, application: Application) -> Json:
    return {
        "access_token": issued.token,
        "refresh_token": issued.refresh_token,
        "openid": issued.account.uid + 1_000_000,
        "scope": "user,key,room",
        "token_type": "Bearer",
        "expires_in": application.token_seconds,
    }
