"""The house of a measurement: a made world with its cloud, and a real Home Assistant that has no account yet."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import tempfile
import time

from simulator.demo.api import ApiError, HomeAssistantApi
from simulator.demo.cloud import VirtualCloud
from simulator.demo.hass import HomeAssistant
from simulator.demo.house import COUNTRY, TIME_ZONE, add_application, enter_house
from simulator.demo.ports import free_port

LIMIT_SECONDS = 600
QUIET_SECONDS = 3
"""The reading after start is over when there was no call for that long and another conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a measurement acts on."""

    cloud: VirtualCloud
    hass: HomeAssistant
    api: HomeAssistantApi

    async def wait_for_locks(self, wanted: int) -> None:
        """Wait until so many lock entities exist."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            # Counting in Home Assistant: sending all states of a thousand locks would be part of the figure.
            found = int(await self.api.render("{{ states.lock | count }}"))
            if found >= wanted:
                return
            if time.monotonic() > deadline:
                raise ApiError("bench", f"{found} of {wanted} locks after {LIMIT_SECONDS} s")
            await asyncio.sleep(0.1)

    async def wait_until_quiet(self, latency: float) -> None:
        """Wait until what is read after start has been read."""
        deadline = time.monotonic() + LIMIT_SECONDS
        before: dict[str, int] = {}
        while (calls := await self.cloud.calls()) != before:
            if time.monotonic() > deadline:
                raise ApiError("bench", f"still reading after {LIMIT_SECONDS} s")
            before = calls
            await asyncio.sleep(QUIET_SECONDS + latency)


@asynccontextmanager
async def made_house(*, locks: int, gateways: int, latency: float, radio: bool = False) -> AsyncGenerator[House]:
    """Build the house, with the developer application entered and nobody signed in; take it down afterwards."""
    with tempfile.TemporaryDirectory(prefix="ttlock-bench-", ignore_cleanup_errors=True) as folder:
        async with AsyncExitStack() as stack:
            cloud = VirtualCloud(["--locks", str(locks), "--gateways", str(gateways)], radio=radio)
            stack.push_async_callback(cloud.stop)
            await cloud.start(free_port(), latency=latency)
            hass = HomeAssistant(
                Path(folder),
                free_port(),
                api_url=cloud.access.base_url,
                country=COUNTRY,
                time_zone=TIME_ZONE,
                radio_port=cloud.access.radio_port,
            )
            stack.push_async_callback(hass.stop)
            await hass.start()
            api = await stack.enter_async_context(HomeAssistantApi(hass.base_url))
            await enter_house(api)
            await add_application(api, cloud.access)
            yield House(cloud=cloud, hass=hass, api=api)
