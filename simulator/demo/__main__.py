"""Start the demo, or check it."""

import argparse
import asyncio
from collections.abc import Coroutine
import contextlib
import signal
import sys

from .api import ApiError
from .check import check
from .cloud import CloudError
from .hass import HomeAssistantError
from .session import DEFAULT_PORT, AlreadyRunning, demo


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="script/demo", description="A real Home Assistant with the integration and a virtual TTLock world."
    )
    parser.add_argument("--check", action="store_true", help="play the main job without a browser and end")
    parser.add_argument("--fresh", action="store_true", help="forget what the demo kept and start over")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port of Home Assistant (default %(default)s)")
    options = parser.parse_args()
    job = check() if options.check else demo(port=options.port, fresh=options.fresh)
    try:
        return asyncio.run(_until_signal(job))
    except (AlreadyRunning, ApiError, CloudError, HomeAssistantError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1


async def _until_signal(job: Coroutine[None, None, int]) -> int:
    task = asyncio.ensure_future(job)

    def end() -> None:
        # Once is enough: a second Ctrl-C must not interrupt the ending of the processes.
        if not task.cancelling():
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    with contextlib.suppress(asyncio.CancelledError):
        return await task
    return 130


if __name__ == "__main__":
    sys.exit(main())
