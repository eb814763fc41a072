"""The order in which a call is judged (ttlock-open-api.md 10 nr. 2)."""

import asyncio
from contextlib import AsyncExitStack

from ..accounts import Application
from ..features import Feature
from ..keypad import KeypadError
from ..lock import LockRefused
from ..reach import Unreachable
from .call import ASYNC_SELECTOR, GATEWAY_SELECTOR, NB_SELECTOR, Call, Endpoint, Json, Right, Target
from .errors import ApiError, from_lock

DATE_TOLERANCE_MS = 300_000


def known_application(call: Call) -> Application:
    """Return the calling application or refuse with 10000."""
    identity = call.text("clientId") or call.text("client_id")
    if (application := call.world.applications.get(identity)) is None:
        raise ApiError(10000)
    return application


def proven_application(call: Call) -> Application:
    """Return the application if the secret is right, too."""
    application = known_application(call)
    if (call.text("clientSecret") or call.text("client_secret")) != application.client_secret:
        raise ApiError(10001)
    return application


async def run(call: Call, endpoint: Endpoint) -> Json:
    """Check a call step by step, then let its handler act."""
    call.application = proven_application(call) if endpoint.signed_by_application else known_application(call)
    if not endpoint.signed_by_application:
        _check_token(call)
    _check_date(call)
    _check_parameters(call, endpoint)
    _count(call)
    _find_target(call, endpoint)
    _check_right(call, endpoint)
    call.selector = _selector(call, endpoint)
    touches = endpoint.contacts is None or endpoint.contacts(call)
    call.live = endpoint.live or (call.selector == GATEWAY_SELECTOR and touches)
    if call.lock_or_none is not None:
        call.lock.settle()
        if call.live and not endpoint.while_frozen and call.lock.frozen:
            raise ApiError(-2025)
        if endpoint.capability is not None and not _has_any(call, endpoint.capability):
            raise ApiError(-4043)
    if call.selector == NB_SELECTOR:
        raise ApiError(-4067)
    if not touches and call.selector == ASYNC_SELECTOR:
        call.selector = 1
    if endpoint.check is not None:
        endpoint.check(call)
    async with AsyncExitStack() as stack:
        if call.live:
            try:
                await stack.enter_async_context(call.world.reach.conversation(call.lock, call.row.admin_uid))
            except Unreachable as error:
                raise ApiError(error.errcode) from None
            if call.lock.lock_id not in call.world.rows:
                # Deleted while the conversation lasted.
                raise ApiError(-1003)
        return act(call, endpoint)


def act(call: Call, endpoint: Endpoint) -> Json:
    """Run the handler and translate what the lock says."""
    try:
        return endpoint.handler(call)
    except (LockRefused, KeypadError) as error:
        raise from_lock(error) from None
    finally:
        if call.lock_or_none is not None:
            # What the call caused reaches the callback URL after the answer is on its way.
            asyncio.get_running_loop().call_soon(call.world.upload)


def _selector(call: Call, endpoint: Endpoint) -> int:
    if endpoint.selector is None:
        return 1
    names = (endpoint.selector,) if isinstance(endpoint.selector, str) else endpoint.selector
    name = next((name for name in names if call.text(name) != ""), names[0])
    return call.choice(name, endpoint.selector_values, endpoint.selector_values[0])


def _has_any(call: Call, capability: Feature | tuple[Feature, ...]) -> bool:
    any_of = capability if isinstance(capability, tuple) else (capability,)
    return any(call.lock.has(feature) for feature in any_of)


def _check_token(call: Call) -> None:
    if (token := call.world.tokens.find(call.text("accessToken"))) is None:
        raise ApiError(10003)
    application = call.application
    if application is None or token.client_id != application.client_id:
        raise ApiError(10003)
    if token.expires <= call.world.clock.now():
        raise ApiError(10004)
    if token.account.region != call.region:
        raise ApiError(30008)
    call.account = token.account


def _check_date(call: Call) -> None:
    date = call.number("date")
    if date is None:
        raise ApiError(80000)
    if abs(call.world.clock.now_ms() - date) > DATE_TOLERANCE_MS:
        raise ApiError(80000)


def _check_parameters(call: Call, endpoint: Endpoint) -> None:
    needed = {Target.LOCK: "lockId", Target.EKEY: "lockId", Target.GATEWAY: "gatewayId"}.get(endpoint.target)
    if endpoint.subject is not None:
        needed = endpoint.subject.parameter
    for name in (*endpoint.required, *([needed] if needed else ())):
        if call.text(name) == "":
            raise ApiError(-3)
    for name in endpoint.json_fields:
        call.structure(name)


def _count(call: Call) -> None:
    if (application := call.application) is None:
        raise ApiError(10000)
    if application.restricted:
        raise ApiError(30006)
    now = call.world.clock.now()
    if application.month_limit is not None and application.count(now) >= application.month_limit:
        raise ApiError(30007)
    application.set_count(now, application.count(now) + 1)


def _find_target(call: Call, endpoint: Endpoint) -> None:
    world = call.world
    if endpoint.target is Target.GATEWAY:
        if (gateway := world.reach.gateways.get(call.integer("gatewayId"))) is None:
            raise ApiError(-4037)
        call.gateway_or_none = gateway
    elif endpoint.target is not Target.ACCOUNT:
        if endpoint.subject is None:
            lock_id: int | None = call.integer("lockId")
        elif (lock_id := endpoint.subject.locate(world, call.integer(endpoint.subject.parameter))) is None:
            raise ApiError(endpoint.subject.missing)
        if (lock := world.locks.get(lock_id or 0)) is None:
            raise ApiError(-1003)
        call.lock_or_none = lock
        call.ekey = world.ekey(call.user.uid, lock.lock_id)


def _check_right(call: Call, endpoint: Endpoint) -> None:
    if endpoint.target is Target.GATEWAY:
        if call.gateway.admin_uid != call.user.uid:
            raise ApiError(-2018)
        return
    if endpoint.target is not Target.LOCK:
        return
    ekey = call.ekey
    if endpoint.right is Right.OWN_OR_MANAGER and ekey is not None and ekey.key_id == call.number("keyId"):
        return
    if ekey is None or not (ekey.admin or ekey.valid(call.world.clock.now_ms())):
        raise ApiError(-2018)
    if endpoint.right is Right.ADMIN and not ekey.admin:
        raise ApiError(20002)
    if endpoint.right in (Right.MANAGER, Right.OWN_OR_MANAGER) and not ekey.manages:
        raise ApiError(-2018)
    if endpoint.right is Right.REMOTE and not (ekey.admin or ekey.remote_enable):
        raise ApiError(-3046)
