"""`script/demo --check`: play the main job and say what worked."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
import logging
from pathlib import Path
import tempfile
import time

import aiohttp

from ..worldfile import DEFAULT_WORLD
from .api import ApiError, HomeAssistantApi
from .cloud import CloudError, VirtualCloud
from .companion import Companion, NotTold
from .hass import AGENT, HomeAssistant, HomeAssistantError
from .house import COUNTRY, TIME_ZONE
from .household import CONFIGURATION
from .key_steps import HOTEL_GATEWAYS, HOTEL_LOCKS
from .ports import free_port
from .stage import Failed, Stage, Step
from .steps import STEPS

LOGGER = logging.getLogger(__name__)
STEP_SECONDS = 180
GATEWAY_LATENCY = 0.5
"""Shorter than the demo's: the check is about results, not about patience."""

EXPECTED_FAILURES = (Failed, NotTold, ApiError, CloudError, HomeAssistantError, aiohttp.ClientError, TimeoutError)


async def check() -> int:
    """Play every step in a temporary folder, return the exit status."""
    failures: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="ttlock-demo-", ignore_cleanup_errors=True) as name:
        async with AsyncExitStack() as stack:
            stage = await _build(stack, Path(name))
            failures = await run_steps(stage, STEPS)
        if failures:
            keep = Path(tempfile.mkdtemp(prefix="ttlock-demo-log-")) / "home-assistant.log"
            keep.write_text("\n".join(stage.hass.log_entries()), encoding="utf-8")
            print(f"Home Assistant's log: {keep}")
    print(f"{len(STEPS) - len(failures)} passed, {len(failures)} failed", flush=True)
    return 1 if failures else 0


async def _build(stack: AsyncExitStack, folder: Path) -> Stage:
    cloud = VirtualCloud(
        ["--world", str(DEFAULT_WORLD), "--locks", str(HOTEL_LOCKS), "--gateways", str(HOTEL_GATEWAYS)],
        radio=True,
    )
    stack.push_async_callback(cloud.stop)
    await cloud.start(free_port(), latency=GATEWAY_LATENCY)
    # The first steps are about the cloud; those about the radio switch it on.
    await cloud.radio(in_range=False)
    hass = HomeAssistant(
        folder,
        free_port(),
        api_url=cloud.access.base_url,
        country=COUNTRY,
        time_zone=TIME_ZONE,
        configuration=CONFIGURATION,
        components=[AGENT],
        radio_port=cloud.access.radio_port,
    )
    stack.push_async_callback(hass.stop)
    api = await stack.enter_async_context(HomeAssistantApi(hass.base_url))
    phone = await stack.enter_async_context(Companion(free_port()))
    return Stage(cloud=cloud, hass=hass, api=api, phone=phone)


async def run_steps(stage: Stage, steps: Sequence[Step]) -> dict[str, str]:
    """Run the steps in order, one line for each; return why steps failed, by title."""
    failures: dict[str, str] = {}
    blocked = False
    for step in steps:
        start = time.monotonic()
        reason = "an earlier step has to work first" if blocked else await _run(stage, step)
        result = "FAILED" if reason else "ok"
        print(
            f"{result:6} {time.monotonic() - start:5.1f} s  {step.title}{f': {reason}' if reason else ''}", flush=True
        )
        if reason:
            failures[step.title] = reason
            blocked = blocked or step.needed
    return failures


async def _run(stage: Stage, step: Step) -> str | None:
    try:
        async with asyncio.timeout(STEP_SECONDS):
            await step.run(stage)
    except EXPECTED_FAILURES as error:
        return str(error) or type(error).__name__
    except Exception as error:
        # An answer that has not the promised shape, or a mistake in the step: a failure all the same.
        LOGGER.exception("%s", step.title)
        return repr(error)
    return None
