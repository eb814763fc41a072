"""Somebody with the vendor's app on a phone: the same cloud, another account, no Home Assistant."""

import hashlib
import json
import time
from typing import Any

import aiohttp

from .api import Json
from .cloud import CloudAccess


class Refused(Exception):
    """The cloud did not do it."""


class Phone:
    """An account that is signed in to the virtual cloud."""

    def __init__(self, access: CloudAccess, username: str, password: str) -> None:
        """Remember who it is."""
        self._access = access
        self._username = username
        self._password = password

    async def call(self, path: str, **fields: Any) -> Json:
        """Sign in and ask the cloud; Refused with its number when it will not."""
        digest = hashlib.md5(self._password.encode()).hexdigest()
        application = {"clientId": self._access.client_id, "clientSecret": self._access.client_secret}
        async with aiohttp.ClientSession() as session:
            signed_in = await _post(
                session,
                f"{self._access.base_url}/oauth2/token",
                {**application, "username": self._username, "password": digest},
            )
            form = {
                "clientId": self._access.client_id,
                "accessToken": signed_in["access_token"],
                "date": str(int(time.time() * 1000)),
                **{key: json.dumps(value) if isinstance(value, list) else str(value) for key, value in fields.items()},
            }
            return await _post(session, f"{self._access.base_url}/v3/{path}", form)


async def _post(session: aiohttp.ClientSession, url: str, form: dict[str, str]) -> Json:
    async with session.post(url, data=form) as response:
        answer: Json = await response.json()
    if answer.get("errcode"):
        raise Refused(f"{url.rpartition('/')[2]}: {answer['errcode']}")
    return answer
