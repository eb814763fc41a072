"""Finding ports on the loopback."""

import socket

HOST = "127.0.0.1"


def free_port(wanted: int = 0) -> int:
    """Return the wanted port or the next free one above it; any free one when none is wanted."""
    if wanted == 0:
        return _bound(0)
    for port in range(wanted, min(wanted + 100, 65536)):
        try:
            return _bound(port)
        except OSError:
            continue
    raise OSError(f"no free port from {wanted} on")


def _bound(port: int) -> int:
    with socket.socket() as probe:
        # A port on which an earlier run has just stopped listening counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])
