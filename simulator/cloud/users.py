"""Users an application registers for itself (ttlock-open-api.md 2.5).

Guesses: a user of somebody else is refused with 30004 on a new password, too; an unknown name as well.
"""

from dataclasses import replace
import hashlib
from string import hexdigits

from ..accounts import Account, AccountKind, Application
from .call import Call, Endpoint, Json, Target
from .errors import ApiError, body_of


def register(call: Call) -> Json:
    """Register a user; the application's prefix is put in front of the name."""
    name, digest = call.text("username"), _digest(call)
    if not name.isascii() or not name.isalnum():
        raise ApiError(30002)
    application = _application(call)
    username = f"{prefix(application)}_{name}"
    if call.world.find_account(username) is not None:
        raise ApiError(30003)
    call.world.add_account(
        Account(
            key=username,
            uid=call.world.next_id(),
            username=username,
            digest=digest,
            kind=AccountKind.API,
            region=call.region,
            client_id=application.client_id,
            registered=call.world.clock.now_ms(),
        )
    )
    return {"username": username}


def prefix(application: Application) -> str:
    """Return the four letters in front of an application's users."""
    letters = hashlib.sha256(application.client_id.encode()).digest()[:4]
    return "".join(chr(ord("a") + byte % 26) for byte in letters)


def user_list(call: Call) -> Json:
    """List the application's users."""
    start, end = call.integer("startDate", 0), call.integer("endDate", 0)
    found = [
        {"username": account.username, "regtime": account.registered}
        for account in call.world.accounts.values()
        if account.client_id == _application(call).client_id
        and account.registered >= start
        and (not end or account.registered <= end)
    ]
    return call.page(found, 200)


def reset_password(call: Call) -> Json:
    """Give a user another password."""
    account = _find(call)
    call.world.accounts[account.key] = replace(account, password="", digest=_digest(call))
    return body_of(0)


def delete(call: Call) -> Json:
    """Delete a user who owns no locks."""
    account = _find(call)
    if any(row.admin_uid == account.uid for row in call.world.rows.values()):
        raise ApiError(-4063)
    call.world.remove_account(account)
    return body_of(0)


def uid(call: Call) -> Json:
    """Return the account's number."""
    return {"uid": call.user.uid}


def _application(call: Call) -> Application:
    if call.application is None:
        raise ApiError(10000)
    return call.application


def _digest(call: Call) -> str:
    digest = call.text("password")
    if len(digest) != 32 or not set(digest) <= set(hexdigits):
        raise ApiError(30005)
    return digest.lower()


def _find(call: Call) -> Account:
    account = call.world.find_account(call.text("username"))
    if account is None or account.client_id != _application(call).client_id:
        raise ApiError(30004)
    return account


ROWS: dict[str, Endpoint] = {
    "/v3/user/register": Endpoint(
        handler=register, required=("username", "password"), target=Target.ACCOUNT, signed_by_application=True
    ),
    "/v3/user/list": Endpoint(
        handler=user_list, required=("pageNo", "pageSize"), target=Target.ACCOUNT, signed_by_application=True
    ),
    "/v3/user/resetPassword": Endpoint(
        handler=reset_password, required=("username", "password"), target=Target.ACCOUNT, signed_by_application=True
    ),
    "/v3/user/delete": Endpoint(
        handler=delete, required=("username",), target=Target.ACCOUNT, signed_by_application=True
    ),
    "/v3/user/getUid": Endpoint(handler=uid, target=Target.ACCOUNT),
}
