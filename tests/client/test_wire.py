"""What is at the other end of the line need not be the cloud: every failure is typed, and what was not sent is certain."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
import json
import random
import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from custom_components.ttlock.client import CloudClient, Secret, Transport
from custom_components.ttlock.client.cloud import http, transport
from custom_components.ttlock.client.errors import (
    ConnectionFailed,
    OutcomeUnknown,
    ServerFault,
    TTLockError,
    error_from_code,
)

from .conftest import Pauses

LOCK_ID = 7252401


class Tokens:
    """A token that nobody questions."""

    async def access_token(self) -> Secret:
        """Return it."""
        return Secret("token")

    async def renew(self, rejected: Secret) -> Secret:
        """Return it again."""
        return rejected


class NoSuchName(AbstractResolver):
    """A name server that knows nothing."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Refuse."""
        raise OSError("no such name")

    async def close(self) -> None:
        """Do nothing."""


@asynccontextmanager
async def answering(say: Callable[[], bytes]) -> AsyncGenerator[str]:
    """Serve something that takes a request and answers with bytes; nothing at all keeps the line open."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        if said := say():
            writer.write(said)
            writer.close()
        else:
            await reader.read()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def with_status(content: bytes, status: str = "200 OK") -> bytes:
    """Return content as an answer over HTTP."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode() + content


def client_of(session: aiohttp.ClientSession, url: str, pauses: Pauses) -> CloudClient:
    """Return a client of whatever answers there."""
    return CloudClient(Transport(session, url, "client", Tokens(), sleep=pauses))


# -- Nothing was sent ----------------------------------------------------------------------------------------------


async def test_an_unknown_name_is_no_connection(pauses: Pauses, socket_enabled: None) -> None:
    connector = aiohttp.TCPConnector(resolver=NoSuchName())
    async with aiohttp.ClientSession(connector=connector) as session:
        await fails_cleanly(client_of(session, "http://ttlock.invalid", pauses))


async def test_a_refused_connection_is_certain(session: aiohttp.ClientSession, pauses: Pauses) -> None:
    async with answering(lambda: b"") as address:
        pass
    await fails_cleanly(client_of(session, f"http://{address}", pauses))


async def test_an_encryption_that_is_none_is_certain(session: aiohttp.ClientSession, pauses: Pauses) -> None:
    async with answering(lambda: with_status(b"{}")) as address:
        await fails_cleanly(client_of(session, f"https://{address}", pauses))


async def test_a_connection_that_never_stands_is_certain_and_given_up_early(
    session: aiohttp.ClientSession, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "CONNECT_TIMEOUT_SECONDS", 0.1)
    async with answering(lambda: b"") as address:
        await fails_cleanly(client_of(session, f"https://{address}", pauses))


async def fails_cleanly(client: CloudClient) -> None:
    """Check that neither reading nor unlocking leaves a doubt."""
    for call in (client.list_ekeys, lambda: client.unlock(LOCK_ID)):
        with pytest.raises(ConnectionFailed) as failure:
            await call()
        assert failure.value.__cause__ is None


# -- An answer that is none ----------------------------------------------------------------------------------------

ODD_ANSWERS = {
    "list": with_status(b"[1, 2]"),
    "number": with_status(b"17"),
    "odd code": with_status(b'{"errcode": "soon"}'),
    "null": with_status(b"null"),
    "text": with_status(b'"ok"'),
    "deep": with_status(b"[" * 100_000),
    "long number": with_status(b'{"errcode": ' + b"9" * 10_000 + b"}"),
    "not text": with_status(b"\xff\xfe{"),
    "page": with_status(b"<html>Sign in to this network</html>"),
    "elsewhere": b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "forbidden": with_status(b"{}", "403 Forbidden"),
    "too many": with_status(b"{}", "429 Too Many Requests"),
    "bad gateway": with_status(b"", "502 Bad Gateway"),
    "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    "other tongue": b"SSH-2.0-OpenSSH_10.0\r\n",
    "bad compression": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "hung up": b"\r\n",
}


@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
async def test_what_is_no_answer_says_nothing_about_a_command(
    session: aiohttp.ClientSession, pauses: Pauses, answer: bytes
) -> None:
    async with answering(lambda: answer) as address:
        client = client_of(session, f"http://{address}", pauses)
        with pytest.raises((ServerFault, ConnectionFailed)):
            await client.list_ekeys()
        with pytest.raises(OutcomeUnknown):
            await client.unlock(LOCK_ID)


# -- Anything at all -----------------------------------------------------------------------------------------------

FIELDS = ("errcode", "list", "pages", "lockId", "state", "sensorState", "lockMac", "featureValue", "isOnline", "uid")
VALUES: tuple[object, ...] = (
    None,
    0,
    1,
    -1,
    2**70,
    1.5,
    "",
    "x",
    "1",
    "nan",
    "1e999",
    True,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"a": 1},
)


def anything(dice: random.Random, depth: int = 0) -> object:
    """Return some value as JSON may hold it."""
    if depth < 2 and dice.random() < 0.3:
        return {dice.choice(FIELDS): anything(dice, depth + 1) for _ in range(3)}
    if depth < 2 and dice.random() < 0.2:
        return [anything(dice, depth + 1) for _ in range(2)]
    return dice.choice(VALUES)


@pytest.mark.parametrize("seed", range(6))
async def test_no_answer_whatever_it_holds_is_an_untyped_error(
    session: aiohttp.ClientSession, pauses: Pauses, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(transport, "FAULT_PAUSES_SECONDS", ())
    monkeypatch.setattr(transport, "BUSY_PAUSES_SECONDS", ())
    dice = random.Random(seed)

    def say() -> bytes:
        body = {field: anything(dice) for field in dice.sample(FIELDS, dice.randrange(len(FIELDS)))}
        return with_status(json.dumps(body).encode())

    async with answering(say) as address:
        client = client_of(session, f"http://{address}", pauses)
        calls: tuple[Callable[[], Awaitable[object]], ...] = (
            client.list_ekeys,
            client.list_own_locks,
            client.list_gateways,
            lambda: client.list_reach(1),
            lambda: client.get_state(LOCK_ID),
            lambda: client.get_lock(LOCK_ID),
            lambda: client.newest_records(LOCK_ID),
            lambda: client.get_passage_mode(LOCK_ID),
            lambda: client.list_passcodes(LOCK_ID),
            lambda: client.settings.read_clock(LOCK_ID),
            lambda: client.locks.get_wifi(LOCK_ID),
            lambda: client.unlock(LOCK_ID),
        )
        for _ in range(6):
            for call in calls:
                try:
                    await call()
                except TTLockError:
                    continue


@pytest.mark.parametrize("code", [7, -987654, 2**40])
async def test_a_code_that_nobody_knows_is_shown_with_its_number(
    session: aiohttp.ClientSession, pauses: Pauses, code: int
) -> None:
    async with answering(lambda: with_status(json.dumps({"errcode": code, "errmsg": "?"}).encode())) as address:
        with pytest.raises(type(error_from_code(code))) as failure:
            await client_of(session, f"http://{address}", pauses).unlock(LOCK_ID)
    assert (failure.value.reason, failure.value.code) == ("vendor_error", code)
