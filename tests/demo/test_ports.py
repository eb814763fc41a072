"""The demo gets out of the way of what already runs."""

import socket

import pytest

from simulator.demo.ports import HOST, free_port


@pytest.mark.usefixtures("socket_enabled")
def test_a_taken_port_is_skipped() -> None:
    """The next free port is taken instead."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port: int = taken.getsockname()[1]

        assert free_port(port) > port


@pytest.mark.usefixtures("socket_enabled")
def test_a_free_port_is_kept() -> None:
    """Bookmarks of the demo stay valid."""
    port = free_port()

    assert free_port(port) == port
