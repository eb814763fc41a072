"""One HTTP exchange with the cloud: send, read, classify."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import json
from typing import Any, Final

import aiohttp

from .. import parse
from ..errors import (
    ConnectionFailed,
    EndpointMissing,
    OutcomeUnknown,
    RequestTimeout,
    ServerFault,
    TTLockError,
    error_from_code,
)
from ..text import check_text

CONNECT_TIMEOUT_SECONDS: Final = 10.0
"""A server that does not even take a call for so long is not there; the patience for slow locks begins after it."""

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the body, the error it stands for, and the server's clock."""

    body: Json
    error: TTLockError | None
    server_time: datetime | None


async def exchange(
    session: aiohttp.ClientSession,
    url: str,
    form: Mapping[str, str],
    *,
    post: bool,
    timeout_seconds: float,
    repeatable: bool,
    image: bytes | None = None,
) -> Reply:
    """Send one request and return its reply, the vendor's verdict included.

    With an `image` the form goes into the address and the image is the body (ttlock-open-api.md 4.8).

    Raises InvalidInput for a text that cannot be sent; ConnectionFailed, RequestTimeout or ServerFault when there is no
    verdict; OutcomeUnknown instead when the request must not be repeated and may have reached the cloud. Causes are cut
    off: aiohttp quotes addresses with the token in them.
    """
    check_text(*form.values())
    timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=CONNECT_TIMEOUT_SECONDS)
    in_body = post and image is None
    lost: TTLockError
    try:
        async with session.request(
            "POST" if post else "GET",
            url,
            data=form if in_body else _with_file(image),
            params=None if in_body else form,
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            status = response.status
            server_time = _http_date(response.headers.get("Date"))
            content = await response.read()
    except aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError:
        # Not even a connection: nothing was sent, so the outcome is certain.
        raise ConnectionFailed from None
    except RuntimeError:
        if not session.closed:
            raise
        # Whoever lends the session is shutting down: nothing was sent either.
        raise ConnectionFailed from None
    except TimeoutError:
        lost = RequestTimeout()
    except aiohttp.ClientError:
        lost = ConnectionFailed()
    else:
        body = _decode(content) if status == HTTPStatus.OK else None
        if body is not None:
            return Reply(body, _verdict(body), server_time)
        lost = EndpointMissing() if status == HTTPStatus.NOT_FOUND else ServerFault()
    raise (lost if repeatable else OutcomeUnknown()) from None


def _with_file(image: bytes | None) -> aiohttp.FormData | None:
    if image is None:
        return None
    data = aiohttp.FormData()
    data.add_field("image", image, filename="photo", content_type="application/octet-stream")
    return data


def _decode(content: bytes) -> Json | None:
    try:
        body = json.loads(content)
    except ValueError, RecursionError:
        return None
    if not isinstance(body, dict):
        return None
    # A code that is there and cannot be read is neither success nor an error.
    return None if body.get("errcode") is not None and parse.integer(body["errcode"]) is None else body


def _verdict(body: Json) -> TTLockError | None:
    """Return the error of a body; a missing code is success (ttlock-open-api.md 1.4)."""
    code = parse.integer(body.get("errcode"))
    return error_from_code(code) if code else None


def _http_date(header: str | None) -> datetime | None:
    try:
        return None if header is None else parsedate_to_datetime(header)
    except ValueError:
        return None
