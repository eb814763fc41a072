"""The demo itself: start everything, say where it is, end everything."""

from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
import fcntl
from pathlib import Path
import shutil
import time

from .api import HomeAssistantApi
from .cloud import RADIO_PACE, CloudAccess, VirtualCloud
from .companion import Companion
from .door import door_command, door_configuration
from .guests import LOCK as HOST_LOCK, invite
from .hass import AGENT, ROOT, HomeAssistant
from .house import (
    COUNTRY,
    DASHBOARD_PATH,
    LOGIN,
    TIME_ZONE,
    add_account,
    config_entries,
    enter_house,
    furnish,
    is_furnished,
)
from .household import CONFIGURATION, MORNING, is_settled, settle
from .ports import free_port

DEFAULT_PORT = 8123
CLOUD_PORT = 8223
PHONE_PORT = 8323
GATEWAY_LATENCY = 1.0
FOLDER = ROOT / ".demo"
LOCK_FILE = "lock"


class AlreadyRunning(Exception):
    """Two Home Assistants cannot share a folder."""


async def demo(*, port: int, fresh: bool) -> int:
    """Run until Ctrl-C or until Home Assistant ends, return the exit status."""
    start = time.monotonic()
    async with AsyncExitStack() as stack:
        stack.enter_context(own_folder(FOLDER))
        if fresh:
            clear(FOLDER)
        cloud = VirtualCloud(radio=True)
        stack.push_async_callback(cloud.stop)
        await cloud.start(free_port(CLOUD_PORT), latency=GATEWAY_LATENCY)
        await cloud.radio(pace=RADIO_PACE)
        hass = HomeAssistant(
            FOLDER,
            free_port(port),
            api_url=cloud.access.base_url,
            country=COUNTRY,
            time_zone=TIME_ZONE,
            configuration=door_configuration(cloud.access.control_url) + CONFIGURATION,
            components=[AGENT],
            radio_port=cloud.access.radio_port,
        )
        stack.push_async_callback(hass.stop)
        print(f"Starting Home Assistant in {FOLDER.relative_to(ROOT)}, the first time takes a little longer ...")
        await hass.start()
        phone = await stack.enter_async_context(Companion(free_port(PHONE_PORT)))
        async with HomeAssistantApi(hass.base_url) as api:
            await enter_house(api)
            await move_in(api, cloud, phone)
        print(welcome(hass.base_url, cloud.access, phone.url, seconds=time.monotonic() - start), flush=True)
        return await hass.wait()


@contextmanager
def own_folder(folder: Path) -> Generator[None]:
    """Keep other demos out of the folder."""
    folder.mkdir(exist_ok=True)
    with (folder / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning("the demo of this clone runs already") from None
        yield


def clear(folder: Path) -> None:
    """Remove everything but the file that keeps others out."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK_FILE:
            path.unlink()


async def move_in(api: HomeAssistantApi, cloud: VirtualCloud, phone: Companion) -> None:
    """Sign in and furnish the house, unless an earlier run did."""
    access = cloud.access
    await phone.join(api)
    if not await config_entries(api):
        await add_account(api, access)
    # The virtual world forgets them when it ends.
    await invite(api, access.lock_ids[HOST_LOCK])
    if not await is_furnished(api):
        await furnish(api, access)
    if not await is_settled(api):
        await settle(api, access.lock_ids, HOST_LOCK, phone.url)
    for act, value in MORNING:
        await cloud.at_the_door(HOST_LOCK, act, value)


def welcome(base_url: str, access: CloudAccess, phone_url: str, *, seconds: float) -> str:
    """Return what the demo says when it is ready."""
    lock = next(iter(access.lock_ids))
    acts = "\n".join(
        f"    {door_command(lock, access.control_url, act)}" for act in ("turn_key", "open_door", "close_door")
    )
    return f"""
Ready after {seconds:.0f} s.

  Home Assistant   {base_url}/{DASHBOARD_PATH}
  User, password   {LOGIN.username}, {LOGIN.password}
  Phone            {phone_url}
  Virtual world    {access.control_url}

  What a person does at the simulated door is on the dashboard, and in a terminal:
{acts}
    curl -X POST '{access.control_url}/door?lock={lock}&act=enter_code&value=123456'
  Other locks: {", ".join(access.lock_ids)}.

  Home Assistant hears them over Bluetooth as well. Out of range, back again, and a new lock to pair:
    curl '{access.control_url}/radio' -d '{{"lock": "{lock}", "in_range": false}}'
    curl '{access.control_url}/radio' -d '{{"lock": "{lock}", "in_range": true}}'
    curl '{access.control_url}/box' -d '{{"key": "new_lock"}}'
    curl '{access.control_url}/radio' -d '{{"lock": "new_lock", "touch": true}}'

  Ctrl-C ends both. `script/demo --fresh` starts over.
"""
