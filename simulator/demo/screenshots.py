"""`script/screenshots`: pictures of a running demo for the documentation."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
import contextlib
import json
from pathlib import Path
import sys
import time

import aiohttp

from .api import ApiError, HomeAssistantApi
from .browser import BrowserError, Page
from .day_dashboard import PATH as DAY_PATH
from .door import KEYPAD
from .hass import ROOT
from .house import DASHBOARD_PATH, DOMAIN, LOGIN, read_entities
from .household import CARD, WRONG_CODE
from .session import CLOUD_PORT, DEFAULT_PORT, PHONE_PORT

IMAGES = ROOT / "docs" / "images"
WIDTH = 1400
HEIGHT = 1000
WHOLE_PAGE = 2000
"""As high as the page of a device is."""
REFUSING = "lock.cellar"
"""A lock of the default world whose remote unlock is off."""
EXTERNAL_URL = "https://home.example.com"
CALLBACKS_TITLE = "TTLock does not tell Home Assistant"
SETTLE_SECONDS = 2.0
"""Pictures, icons and animations come after the text."""
NEW_LOCK = "new_lock"
KEY = ("turn_key", "")
CODE = ("enter_code", "48151623")
SCENE = (CODE, KEY, KEY, KEY, ("enter_code", "13572468"), CODE, KEY)
"""What people do at the front door of the default world, and what they type."""
DAY = (("enter_code", CODE[1]), ("enter_code", WRONG_CODE), ("swipe_card", CARD))
"""What they do after the owner has come home."""
UNTIL_KNOWN_SECONDS = 12.0
"""The cloud's list is asked ten seconds after somebody has opened."""
AUTO_LOCK_SECONDS = 60
WHOLE_DAY = 1240
DIALOG = "dialog"
CONVERSATION = (
    ("Make a code for the plumber at the front door from 15 till 18", "Shall I?"),
    ("Yes", "Done."),
)
"""What somebody says to the agent, and what its answer holds."""
TO_THE_END = "deep('ha-assist-chat')[0].shadowRoot.querySelectorAll('*').forEach(it => it.scrollTo(0, 9999))"
WHOLE_TRIGGER = 1150
PHONE = (510, 400)
"""Height and width."""
EDITED = "light_for_the_owner"
"""An automation of the demo with a trigger of ours."""


class Photographer:
    """Takes the pictures, one method for each."""

    def __init__(self, page: Page, api: HomeAssistantApi, control_url: str, phone_url: str, folder: Path) -> None:
        """Remember what to show and where to put it."""
        self._page = page
        self._phone_url = phone_url
        self._control_url = control_url
        self._api = api
        self._folder = folder

    async def sign_in(self) -> None:
        """Put the token of the demo's user into the browser, as the login page does."""
        await self._page.open(f"{self._api.base_url}/manifest.json")
        tokens = self._api.tokens | {
            "hassUrl": self._api.base_url,
            "clientId": f"{self._api.base_url}/",
            "expires": int((time.time() + self._api.tokens["expires_in"]) * 1000),
        }
        await self._page.evaluate(f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(tokens))})")

    async def dashboard(self) -> None:
        """Show the dashboard of the locks."""
        await self._show(DASHBOARD_PATH, "Gateways")
        await self._save("dashboard")

    async def device(self) -> None:
        """Show the device page of the first lock."""
        await self.device_page()
        await self._save("device")

    async def device_page(self) -> None:
        """Go to that page."""
        entities = await read_entities(self._api)
        lock = next(entity for unique_id, entity in entities.by_unique_id.items() if unique_id.endswith("-lock"))
        rows = await self._api.command("config/entity_registry/list")
        device = next(row["device_id"] for row in rows if row["entity_id"] == lock)
        await self._show(f"config/devices/device/{device}", "Device info")

    async def diagnostics(self) -> None:
        """Show the whole of that page, down to the diagnostics."""
        await self._page.resize(WHOLE_PAGE)
        await self.device_page()
        await self._save("diagnostics")
        await self._page.resize(HEIGHT)

    async def repairs(self) -> None:
        """Unlock a lock whose remote unlock is off, and show what Home Assistant has to say about it."""
        with contextlib.suppress(ApiError):
            await self._api.action("lock.unlock", REFUSING)
        await self._show("config/repairs", "Remote unlock of Cellar is off")
        await self._save("repairs")
        await self._page.click("ha-list-item-button", "Remote unlock of Cellar is off")
        await self._page.wait_for_text("take your phone to the lock")
        await self._save("repair")

    async def calendar(self) -> None:
        """Show who may open the locks, in the calendar."""
        await self._show("calendar", "Guests upstairs")
        await self._save("calendar")

    async def todo(self) -> None:
        """Show the list of expiring access."""
        entities = await read_entities(self._api)
        expiring = next(
            entity for unique_id, entity in entities.by_unique_id.items() if unique_id.endswith("-expiring")
        )
        await self._show(f"todo?entity_id={expiring}", "Guests upstairs")
        await self._save("todo")

    async def activity(self) -> None:
        """Let people come and go at the first lock, and show what the Activity page says of it."""
        entities = await read_entities(self._api)
        lock = next(entity for unique_id, entity in entities.by_unique_id.items() if unique_id.endswith("-lock"))
        for act, digits in SCENE:
            await self._call("input_text", "set_value", entity_id=KEYPAD, value=digits)
            await self._call("script", "at_the_door", lock="front_door", act=act, entity=lock)
            await asyncio.sleep(SETTLE_SECONDS)
        await self._show(f"logbook?entity_id={lock}", "unlocked by Family")
        await self._save("activity")

    async def menu(self) -> None:
        """Show the menu with which the config flow begins."""
        await self._menu()
        await self._save("menu")

    async def _menu(self) -> None:
        await self._show(f"config/integrations/integration/{DOMAIN}", "TTLock")
        await self._page.click("ha-button", "Add")
        await self._page.wait_for("deep('step-flow-menu').some(shown)")

    async def pairing(self) -> None:
        """Touch a lock that belongs to nobody, and show how Home Assistant offers and pairs it."""
        async with aiohttp.ClientSession() as session:
            for path, body in (("box", {"key": NEW_LOCK}), ("radio", {"lock": NEW_LOCK, "touch": True})):
                async with session.post(f"{self._control_url}/{path}", json=body) as response:
                    response.raise_for_status()
        await self._show("config/integrations/dashboard", "Discovered")
        await self._page.click("ha-button", "Add")
        await self._page.wait_for("deep('step-flow-form').some(shown)")
        await self._save("pairing")

    async def account(self) -> None:
        """Show the step of the config flow that asks for the account."""
        await self._menu()
        await self._page.click("ha-list-item, ha-list-item-button", "TTLock developer account")
        await self._page.wait_for("deep('step-flow-form').some(shown)")
        await self._save("account")

    async def credentials(self) -> None:
        """Show the dialog that asks for the application credentials, with the integration chosen."""
        await self._show("config/application_credentials", "Application credentials")
        await self._page.click("ha-button", "Add")
        await self._page.click("ha-picker-field")
        await asyncio.sleep(SETTLE_SECONDS)
        await self._page.type("TTLock")
        await asyncio.sleep(SETTLE_SECONDS)
        await self._page.click("ha-combo-box-item", "TTLock")
        await self._save("credentials")

    async def _call(self, domain: str, service: str, **data: str) -> None:
        await self._api.command("call_service", domain=domain, service=service, service_data=data)

    async def callbacks(self) -> None:
        """Show the step of the repair that gives the address for callbacks."""
        await self._api.command("config/core/update", external_url=EXTERNAL_URL)
        await self._show("config/repairs", CALLBACKS_TITLE)
        await self._page.click("ha-list-item, ha-list-item-button", CALLBACKS_TITLE)
        await self._page.wait_for("deep('step-flow-menu').some(shown)")
        await self._page.click("ha-list-item, ha-list-item-button", "Set it up")
        await self._page.wait_for("deep('step-flow-form').some(shown)")
        await self._save("callbacks")

    async def day(self) -> None:
        """Let people come and go, and show the day of the household."""
        entities = await read_entities(self._api)
        lock = next(entity for unique_id, entity in entities.by_unique_id.items() if unique_id.endswith("-lock"))
        for act, value in DAY:
            # Whoever comes while it is open is known only when the cloud's list is read the next time.
            await self._api.wait_for_state(lock, "locked", seconds=AUTO_LOCK_SECONDS)
            await self._call("script", "at_the_door", lock="front_door", act=act, entity=lock, value=value)
            await asyncio.sleep(UNTIL_KNOWN_SECONDS)
        await self._page.resize(WHOLE_DAY)
        await self._show(f"{DASHBOARD_PATH}/{DAY_PATH}", "Batteries")
        await self._save("day")
        await self._page.resize(HEIGHT)

    async def phone(self) -> None:
        """Show what the phone was told of it."""
        await self._page.resize(*PHONE)
        await self._page.open(self._phone_url)
        await self._page.wait_for_text("came home")
        await self._save("phone")
        await self._page.resize(HEIGHT)

    async def trigger(self) -> None:
        """Show our trigger in the automation editor, with all that can be chosen."""
        await self._page.resize(WHOLE_TRIGGER)
        await self._show(f"config/automation/edit/{EDITED}", "Lock unlocked by someone")
        await self._page.evaluate("deep('ha-automation-row')[0].shadowRoot.querySelector('.row').click()")
        await self._page.wait_for_text("First use")
        await self._save("trigger")
        await self._page.resize(HEIGHT)

    async def options(self) -> None:
        """Show the menu of the integration's options."""
        await self._show(f"config/integrations/integration/{DOMAIN}", "TTLock")
        await self._page.click_icon("Configure")
        await self._page.wait_for("deep('step-flow-menu').some(shown)")
        await self._save("options", DIALOG)

    async def blueprint(self) -> None:
        """Show how an automation is made of one of our blueprints."""
        await self._show("config/automation/edit/someone_came_home", "Not again for the same person within")
        await self._save("blueprint")

    async def assist(self) -> None:
        """Ask the agent for a code in the Assist dialog, and say yes."""
        await self._show(DASHBOARD_PATH, "Gateways")
        await self._page.click_icon("Assist (")
        await self._page.wait_for_text("How can I assist?")
        for said, answered in CONVERSATION:
            await asyncio.sleep(SETTLE_SECONDS)
            await self._page.type(said)
            await self._page.enter()
            await self._page.wait_for_text(answered)
        await self._page.evaluate(TO_THE_END)
        await self._save("assist", DIALOG)

    async def _show(self, path: str, text: str) -> None:
        await self._page.open(f"{self._api.base_url}/{path}")
        await self._page.wait_for_text(text)

    async def _save(self, name: str, selector: str = "") -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        save(self._folder / f"{name}.png", await self._page.picture(selector))


def save(path: Path, picture: bytes) -> None:
    """Write a picture and say how large it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    print(f"{path.name:20} {len(picture) / 1000:5.0f} KB", flush=True)


async def take(base_url: str, control_url: str, phone_url: str, folder: Path, names: list[str]) -> int:
    """Take the named pictures, return the exit status."""
    failed = 0
    async with HomeAssistantApi(base_url) as api, Page(width=WIDTH, height=HEIGHT) as page:
        await api.sign_in(LOGIN)
        await api.connect()
        photographer = Photographer(page, api, control_url, phone_url, folder)
        await photographer.sign_in()
        for name in names:
            try:
                await PICTURES[name](photographer)
            except BrowserError as error:
                failed += 1
                print(f"{name}: {error}", flush=True)
                save(folder / f"{name}-failed.png", await page.picture())
    return 1 if failed else 0


PICTURES: dict[str, Callable[[Photographer], Awaitable[None]]] = {
    "dashboard": Photographer.dashboard,
    "device": Photographer.device,
    "diagnostics": Photographer.diagnostics,
    "repairs": Photographer.repairs,
    "calendar": Photographer.calendar,
    "todo": Photographer.todo,
    "activity": Photographer.activity,
    "menu": Photographer.menu,
    "pairing": Photographer.pairing,
    "account": Photographer.account,
    "credentials": Photographer.credentials,
    "callbacks": Photographer.callbacks,
    "day": Photographer.day,
    "phone": Photographer.phone,
    "trigger": Photographer.trigger,
    "options": Photographer.options,
    "blueprint": Photographer.blueprint,
    "assist": Photographer.assist,
}


def main() -> int:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(prog="script/screenshots", description="Pictures of a running demo.")
    parser.add_argument("pictures", nargs="*", default=list(PICTURES), help=f"of {', '.join(PICTURES)} (default: all)")
    parser.add_argument("--url", default=f"http://127.0.0.1:{DEFAULT_PORT}", help="address of the demo")
    parser.add_argument(
        "--control", default=f"http://127.0.0.1:{CLOUD_PORT}/control", help="address of its virtual world"
    )
    parser.add_argument("--phone", default=f"http://127.0.0.1:{PHONE_PORT}", help="address of its phone")
    parser.add_argument("--folder", type=Path, default=IMAGES, help="where to put them (default docs/images)")
    options = parser.parse_args()
    if unknown := set(options.pictures) - set(PICTURES):
        parser.error(f"no such picture: {', '.join(unknown)}")
    return asyncio.run(take(options.url, options.control, options.phone, options.folder, options.pictures))


if __name__ == "__main__":
    sys.exit(main())
