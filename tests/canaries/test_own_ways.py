"""Every way of ours that digits go, in one house: each number is where a caller has put it, and nowhere else."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, override

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.conversation.trace import async_get_traces
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_get_persistent_notifications
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ttlock import unlock_code
from custom_components.ttlock.actions import ACTIONS
from custom_components.ttlock.actions.action import Target
from custom_components.ttlock.client import Secret, passcodes as passcode_rules
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.client.passcodes import PasscodeRequest
from simulator import Fault, World
from simulator.credentials import Credential
from simulator.database import CredentialRow
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner

from ..action_samples import sample
from ..bluetooth import air, scanner  # noqa: F401  # fixtures
from ..conftest import locks_wanted
from ..passing_time import pass_time
from ..phones import push_server
from ..recipients import Recipient, add_recipient
from ..test_action_rules import READERS
from ..test_actions import act, passcodes
from ..test_message_templates import add_template
from ..test_one_time_code import add_phone
from ..test_push import form, record
from ..test_record_options import choose
from ..test_records import CARD, read
from ..test_share_access import code_in, ekey_id
from ..voice_agent import ScriptedAgent, add_agent
from .browser import Browser
from .conftest import ReadAll
from .flock import BROWSER, CALL, NOTIFICATION, NOWHERE, TRACE, Flock, Where, at
from .steps import LOCK, automation, call, fire, kept_on_purpose
from .stores import Stores

pytestmark = [pytest.mark.locks("front_door", "garden_gate"), pytest.mark.usefixtures("all_enabled")]

NO_APP: Final = 66
GATE: Final = {"entity_id": "lock.garden_gate"}
FRONT: Final = LOCK["entity_id"]
QUIET: Final = GATE["entity_id"]
"""The front door tells what it is asked for, the garden gate is not asked."""
BOTH: Final = {"entity_id": [FRONT, QUIET]}
TYPED: Final = CALL | TRACE
"""Where digits are that somebody gives to an action."""
ACCOUNT: Final = {name for name, action in ACTIONS.items() if action.target is not Target.LOCKS}
TELLING: Final = (
    "list_cards",
    "list_fingerprints",
    "list_faces",
    "list_palm_veins",
    "list_qr_codes",
    "list_remotes",
    "get_admin_passcode",
    "export_credentials",
)
"""Actions that tell when they are asked for it."""
SHOWING: Final = (
    "export_records",
    "get_lock_users",
    "hand_over_report",
    "list_cards",
    "list_ekeys",
    "list_expiring",
    "list_people",
    "list_records",
)
"""Actions that show who has what."""


WRONG: Final[dict[str, dict[str, Any]]] = {
    "http_500": {},
    "html": {},
    "truncated": {},
    "drop_before": {},
    "errcode": {"errcode": -3009},
}
"""Faults of the cloud, the last for good."""
VOICE: Final = {"voice_manage": True, "voice_names": True, "voice_recipients": ["notify.guest"]}
STAY: Final = {"lock": "Front Door", "guest": "Li", "start": "2026-12-24 15:00", "end": "2026-12-27 11:00"}


class Gossip(Recipient):
    """Somebody who is not reached, and whose error quotes the message."""

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        raise HomeAssistantError(message, translation_domain="notify", translation_placeholders={"message": message})


@dataclass
class Day:
    """A day in the house."""

    hass: HomeAssistant
    world: World
    entry: MockConfigEntry
    browser: Browser
    user: User
    guest: Recipient
    agent: ScriptedAgent
    flock: Flock = field(default_factory=Flock)
    errors: list[str] = field(default_factory=list)
    """Of the step."""
    called: set[str] = field(default_factory=set)

    @property
    def kept(self) -> Where:
        """Return where it is kept what is written on the locks."""
        return kept_on_purpose(self.entry)

    def loose(self, name: str, *places: Where, perhaps: Where = NOWHERE) -> str:
        """Return a new number."""
        return self.flock.loose(name, *places, perhaps=perhaps)

    def note(self, name: str, number: str, *places: Where, perhaps: Where = NOWHERE) -> str:
        """Take a number that was made."""
        return self.flock.note(name, number, *places, perhaps=perhaps)

    def enter(self, code: str, lock: str = "front_door") -> bool:
        """Type a code at a door that minds neither how often nor how many wrong ones."""
        door = self.world.lock(lock)
        door.blocked_until, door.battery = 0, 90
        return door.enter_code(code).opened

    async def act(self, name: str, /, **data: Any) -> Any:
        """Call an action of ours by a script that keeps what it is told; returns that, None if it fails."""
        self.called.add(name)
        given = {"action": f"ttlock.{name}", "data": data if name in ACCOUNT else {**LOCK, **data}}
        try:
            answer: Any = await self.hass.services.async_call(
                "script", "act", given, blocking=True, return_response=True
            )
        except HomeAssistantError as err:
            self.errors.append(f"{err} {err!r} {err.__cause__!r} {err.__context__!r} {err.translation_placeholders}")
            return None
        results = answer.get("results", {})
        return results[FRONT] if results.keys() == {FRONT} else answer


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """Return the world with a front door that can do everything, to which somebody taught everything."""
    world = World.load(only=locks_wanted(request))
    lock, row = world.lock("front_door"), world.row("front_door")
    lock.add_feature(*(bit for bit in range(127) if bit != NO_APP))
    for kind, number in READERS.items():
        lock.command_store(kind, Credential(number=number))
        row.credentials[kind][world.next_id()] = CredentialRow(
            credential_id=world.next_id(), number=number, name="Guest", start=0, end=0, created=0, sender=""
        )
    return world


@pytest.fixture
def far(air: Air) -> Air:  # noqa: F811
    """Return the air, when nothing is near."""
    for lock in ("front_door", "garden_gate"):
        air.lock(lock).in_range = False
    return air


@pytest.fixture
async def day(
    stores: Stores,
    hass: HomeAssistant,
    far: Air,
    scanner: VirtualScanner,  # noqa: F811
    world: World,
    loaded: MockConfigEntry,
    browser: Browser,
    hass_admin_user: User,
    monkeypatch: pytest.MonkeyPatch,
) -> Day:
    """Return the morning: everything can be done, nothing has been."""
    # Digits of our own choosing, which nobody meets by chance.
    monkeypatch.setattr(passcode_rules, "RANDOM_DIGITS", 9)
    monkeypatch.setattr(unlock_code, "ITERATIONS", 1)
    script = {
        "act": {
            "trace": {"stored_traces": 1000},
            "mode": "parallel",
            "sequence": [
                {"action": "{{ action }}", "data": "{{ data }}", "response_variable": "answer"},
                {"stop": "Done", "response_variable": "answer"},
            ],
        }
    }
    assert await async_setup_component(hass, "script", {"script": script})
    guest = await add_recipient(hass, Recipient("guest"))
    await add_recipient(hass, Gossip("broken"))
    agent = await add_agent(hass)
    for lock in (FRONT, QUIET):
        async_expose_entity(hass, "conversation", lock, True)
    return Day(hass, world, loaded, browser, hass_admin_user, guest, agent)


@pytest.fixture
async def outside(
    stores: Stores, hass: HomeAssistant, loaded: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return somebody outside of the house."""
    client: TestClient[Any, Any] = await hass_client_no_auth()
    return client


# -- What people do ------------------------------------------------------------------------------------------------


async def ask_for_digits(day: Day) -> None:
    """Ask for what opens the front door, which is told, and for the same of the garden gate without saying so."""
    row = day.world.row("front_door")
    for passcode in row.passcodes.values():
        day.note(f"passcode of {passcode.name}", passcode.digits, TRACE, perhaps=day.kept)
    for kind, table in row.credentials.items():
        for credential in table.values():
            day.note(f"{kind} {credential.name}", credential.number, TRACE, perhaps=day.kept)
    day.note("admin passcode", day.world.lock("front_door").secrets.no_key_pwd, TRACE)
    day.note("admin passcode of the gate", day.world.lock("garden_gate").secrets.no_key_pwd)
    await day.act("list_passcodes")
    for name in TELLING:
        await day.act(name, include_secrets=True)
        await day.act(name, **GATE)
    made = await day.act("add_qr_code", qr_code_name="Told", include_secrets=True)
    day.note("link of a QR code", made["link"], TRACE)
    told = await day.act("get_qr_code", qr_code_id=made["id"], include_secrets=True)
    day.note("picture of a QR code", told["qr_codes"][FRONT][0]["content"], TRACE)
    made = await day.act("get_unlock_link", key_id=await ekey_id(day.hass, FRONT), include_secrets=True)
    day.note("link of an ekey", made["link"], TRACE)
    making: dict[str, dict[str, Any]] = {
        "create_passcode": {"passcode_name": "Told"},
        "generate_passcode": {"passcode_name": "Told, too", "type": "one_time"},
        "issue_access": {"name": "Told as well", "random_passcode": True},
    }
    for name, more in making.items():
        made = await day.act(name, **more, return_code=True)
        day.note(f"told by {name}", made["passcode"], TRACE, perhaps=day.kept)
        await day.act(name, **more, **GATE)
    for passcode in day.world.row("garden_gate").passcodes.values():
        day.note(f"not told: {passcode.name}", passcode.digits, perhaps=day.kept)
    assert day.errors == []


async def give_digits(day: Day) -> None:
    """Give digits to everything of ours that takes some: they are in the call, which is the caller's doing."""
    passcodes_of = await passcodes(day.hass, FRONT)
    await day.act("add_card", card_name="Typed", card_number=day.loose("add_card", TYPED, perhaps=day.kept))
    await day.act(
        "create_passcode", passcode_name="Typed", passcode=day.loose("create_passcode", TYPED, perhaps=day.kept)
    )
    for name, whose in {"modify_passcode": "Family", "update_passcode": "Cleaner"}.items():
        digits = day.loose(name, TYPED, perhaps=day.kept)
        await day.act(name, passcode_id=passcodes_of[whose]["id"], passcode=digits)
    await day.act(
        "issue_access",
        **BOTH,
        name="Typed for both",
        passcode=day.loose("issue_access", TYPED, perhaps=day.kept),
        card_number=day.loose("issue_access, card", TYPED, perhaps=day.kept),
    )
    await day.act("add_qr_code", qr_code_name="Typed", qr_code_number=day.loose("add_qr_code", TYPED, perhaps=day.kept))
    await day.act("set_admin_passcode", passcode=day.loose("set_admin_passcode", TYPED))
    await day.act(
        "set_lock_credential",
        credential_type="pin",
        credential_data=day.loose("set_lock_credential", TYPED, perhaps=day.kept),
    )
    registered = await day.act("register_user", username="lodger", password=day.loose("register_user", TYPED))
    await day.act("reset_user_password", **registered, password=day.loose("reset_user_password", TYPED))
    named = day.loose("create_passcode with the digits as name", TYPED, perhaps=day.kept)
    await day.act("create_passcode", passcode_name=f"Bob {named}", passcode=named)
    assert day.errors == []


async def give_wrong_digits(day: Day) -> None:
    """Give digits that are refused: by us, by the cloud, or by a cloud that is down."""
    await day.act("create_passcode", passcode_name="Wrong", passcode=day.loose("too long", TYPED) + "1")
    await day.act("create_passcode", passcode_name="Wrong", passcode=day.loose("no digits", TYPED) + "x")
    await day.act("create_passcode", passcode_name="Wrong", passcode={"code": day.loose("no text", TYPED)})
    past = {"start_time": "2001-01-01", "end_time": "2001-01-02"}
    await day.act("create_passcode", passcode_name="Wrong", passcode=day.loose("past", TYPED), **past)
    await day.act("issue_access", name="Wrong", card_number=day.loose("card", TYPED) + "x")
    for kind, more in WRONG.items():
        day.world.faults.add(Fault(kind=kind, path="/v3/keyboardPwd/*", **more))
        # What can succeed later is tried again, and kept until then.
        digits = day.loose(f"during {kind}", TYPED, perhaps=at() if kind == "errcode" else day.kept)
        await day.act("create_passcode", passcode_name="Wrong", passcode=digits)
        day.world.faults.clear()
    assert len(day.errors) == 6


async def share_codes(day: Day) -> None:
    """Have codes made and sent."""
    hass, guest = day.hass, day.guest
    (gate_code, *_) = (await passcodes(hass, QUIET)).values()
    await act(
        hass, "send_ekey", {**GATE, "receiver_username": "guest@example.com", "name": "Key", "remote_enable": True}
    )
    (ekey,) = (await act(hass, "list_ekeys", GATE))["ekeys"][QUIET]
    both = ["notify.guest", "notify.broken"]
    share = "ttlock.share_access"
    configs = [
        automation("one_time", call(share, LOCK, notify=both)),
        automation("timed", call(share, LOCK, notify=both, duration="05:00:00", template="Welcome")),
        automation("existing", call(share, GATE, notify=both, passcode_id=gate_code["id"])),
        automation("undelivered", call(share, LOCK, notify="notify.broken", guest="Lost")),
        automation("link", call("ttlock.get_unlock_link", GATE, notify=both, key_id=ekey["id"])),
        automation("refused", call(share, LOCK, notify="notify.guest", message="{code.__class__}")),
    ]
    await add_template(hass, day.entry, "Welcome", "{guest} {lock} {code} {end}")
    assert await async_setup_component(hass, "automation", {"automation": configs})
    for config in configs:
        await fire(hass, config["id"])
    await day.act("share_access", notify=both, kind="one_time")
    await day.browser.ask(
        "call_service", domain="ttlock", service="share_access", service_data={**LOCK, "notify": both, "guest": "Li"}
    )
    (link,) = [message.rsplit(" ", 1)[1] for message in guest.messages if "https://" in message]
    day.note("shared link", link)
    codes = [code_in(message) for message in guest.messages if "https://" not in message]
    assert codes[2] == gate_code["passcode"]
    assert len(codes) == 5, "one for each automation, the script and the browser"
    for number, code in enumerate((*codes[:2], *codes[3:])):
        assert day.enter(code)
        day.note(f"shared {number}", code, perhaps=day.kept)
    guest.messages.clear()
    day.note("undelivered", (await passcodes(hass, FRONT))["Lost"]["passcode"], perhaps=day.kept)


async def talk(day: Day) -> None:
    """Have an agent make codes and take them back, with a yes in between."""
    context = Context(user_id=day.user.id)
    await choose(day.hass, day.entry, "voice", VOICE)
    for tool, arguments in {
        "create_guest_code": STAY,
        "make_one_time_code": {"lock": "Garden Gate", "guest": "Bo"},
        "revoke_access": {"lock": "Front Door", "guest": "Typed"},
    }.items():
        asked = await day.agent.ask(tool, context, **arguments)
        answer = await day.agent.ask(tool, context, **arguments, confirmation=asked["needs_confirmation"])
        assert answer["done"], answer
        # Home Assistant keeps the last three conversations only.
        day.browser.pages.append([trace.as_dict() for trace in async_get_traces()])
    for number, message in enumerate(day.guest.messages):
        day.note(f"by voice {number}", code_in(message.partition("Valid")[0]), perhaps=day.kept)
    assert len(day.guest.messages) == 2


async def write_calendar(day: Day) -> None:
    """Make codes in the calendar page, change and delete them."""

    async def write(what: str, **event: Any) -> None:
        calendar = "calendar.garden_gate_access"
        await day.browser.ask(f"calendar/event/{what}", entity_id=calendar, **event)

    hours = {"dtstart": "2026-12-24T15:00:00+01:00", "dtend": "2026-12-24T18:30:00+01:00"}
    code = day.loose("calendar", BROWSER, perhaps=day.kept)
    await write("create", event={"summary": "Ann", "description": f"Code {code}", **hours})
    await write("create", event={"summary": "Ben", **hours})
    found = {item["name"]: item for item in (await passcodes(day.hass, QUIET)).values()}
    day.note("calendar, chosen", found["Ben"]["passcode"], NOTIFICATION, perhaps=day.kept)
    code = day.loose("calendar, changed", BROWSER, perhaps=day.kept)
    uid = f"passcode-{found['Ben']['id']}"
    await write("update", uid=uid, event={"summary": "Ben", "description": f"PIN: {code[:3]} {code[3:]}#", **hours})
    assert day.enter(code, "garden_gate") is False
    await write("delete", uid=f"passcode-{found['Ann']['id']}")
    # Home Assistant itself refuses it, and quotes it in an error.
    code = day.loose("calendar, backwards", BROWSER, at("system log"))
    backwards = {"summary": "Ida", "description": f"Code {code}", "dtstart": hours["dtend"], "dtend": hours["dtstart"]}
    with pytest.raises(AssertionError):
        await write("create", event=backwards)
    code = day.loose("calendar, by action", CALL, perhaps=day.kept)
    await day.hass.services.async_call(
        "calendar",
        "create_event",
        {
            "entity_id": "calendar.garden_gate_access",
            "summary": "Cem",
            "description": f"Code {code}",
            "start_date_time": "2026-12-24 15:00:00",
            "end_date_time": "2026-12-24 18:00:00",
        },
        blocking=True,
    )


async def press_button(day: Day) -> None:
    """Have a code shown, by an automation to all and by somebody with a phone there."""
    button = {"entity_id": "button.front_door_one_time_code"}
    await day.hass.services.async_call("button", "press", button, blocking=True)
    (note,) = [
        note["message"]
        for note in async_get_persistent_notifications(day.hass).values()
        if note["message"].startswith("One-time code")
    ]
    day.note("button", code_in(note), NOTIFICATION, perhaps=day.kept)
    async with push_server() as push:
        await add_phone(day.hass, push, day.user, "phone")
        context = Context(user_id=day.user.id)
        await day.hass.services.async_call("button", "press", button, blocking=True, context=context)
        ((_, shown),) = push.pushed
    code = code_in(shown["message"])
    assert day.enter(code)
    day.note("button, on the phone", code, perhaps=day.kept)


async def come_and_go(day: Day, outside: TestClient[Any, Any]) -> None:
    """Open the doors with everything, and with what opens nothing; hear of it by the cloud's list and by callbacks."""
    hass, world, gate = day.hass, day.world, day.world.lock("garden_gate")
    now = dt_util.utcnow()
    for sort, parts in {"in a row": "{0}{1}{2}", "in groups": "{0} {1} {2}", "with hyphens": "{0}-{1}-{2}"}.items():
        # The app of the vendor lets people write anything into names.
        code = day.loose(f"in the name, {sort}")
        name = f"Bob {parts.format(code[:3], code[3:6], code[6:])}"
        stay = PasscodeRequest(name=name, kind=PasscodeKind.PERIOD, start=now, end=now + timedelta(days=2))
        await day.entry.runtime_data.cloud.add_passcode(gate.lock_id, Secret(code), stay)
        assert day.enter(code, "garden_gate")
    wrong = day.loose("wrong code at the keypad")
    assert not day.enter(wrong)
    assert not day.enter(wrong, "garden_gate")
    for passcode in tuple(world.row("front_door").passcodes.values()):
        day.enter(passcode.digits)
    world.lock("front_door").swipe_card(CARD)
    await read(day.entry)

    path = f"/api/webhook/{day.entry.data['webhook_id']}"

    async def post(body: Any) -> None:
        assert (await outside.post(path, data=body)).status == 200
        await hass.async_block_till_done(wait_background_tasks=True)

    for who in ("Family", "{0}", "Guest {0}", ""):
        code = day.loose(f"callback, {who!r}")
        await post(form(world, record(keyboardPwd=code, username=who.format(code), success=int(bool(who)))))
    broken = day.loose("broken callback")
    await post(f"records=[{broken}")
    await post({"lockId": broken, "records": broken})


async def move_house(day: Day, folder: Path) -> None:
    """Copy a lock, export everything, and do to many locks what fails at one."""
    await day.act("clone_lock", **GATE, source=FRONT, dry_run=True)
    await day.act("clone_lock", **GATE, source=FRONT, dry_run=False)
    file = folder / "keys.csv"
    await day.act("export_credentials", **GATE, format="csv", path=str(file), secrets_in_file=True)
    wanted = next(iter(day.world.row("garden_gate").passcodes.values())).digits
    assert wanted in file.read_text(encoding="utf-8")
    assert day.errors == []
    day.world.faults.add(Fault(kind="errcode", errcode=-3009, path="/v3/keyboardPwd/add", times=1))
    await day.act("create_passcode", **BOTH, passcode_name="Job", passcode=day.loose("job", TYPED, perhaps=day.kept))
    await day.act("retry_failed")
    assert day.errors == []


async def ask_for_a_code(day: Day) -> None:
    """Have Home Assistant ask for a code to unlock, which is kept as a hash; what is given to the action is kept."""
    code = day.loose("code to unlock", CALL)
    await choose(day.hass, day.entry, "unlock_code", {"ask": True, "code": code})
    for given in (code, day.loose("wrong code to unlock", CALL)):
        with suppress(ServiceValidationError):
            await day.hass.services.async_call("lock", "unlock", {**LOCK, "code": given}, blocking=True)
    assert day.world.lock("front_door").bolt == "unlocked"


async def go_near(day: Day, near: Callable[[], None], freezer: FrozenDateTimeFactory) -> None:
    """Do it all beside the lock: what is written over the air, and what the lock tells of its log."""
    near()
    await day.hass.async_block_till_done(wait_background_tasks=True)
    digits = day.loose("over the air", TYPED, perhaps=day.kept)
    made = await day.act("create_passcode", passcode_name="Near", passcode=digits)
    assert made["path"] == "ble"
    changed = day.loose("changed over the air", TYPED, perhaps=day.kept)
    await day.act("modify_passcode", passcode_id=made["id"], passcode=changed)
    assert day.enter(changed)
    named = day.loose("over the air, as name", TYPED, perhaps=day.kept)
    await day.act("create_passcode", passcode_name=f"Bob {named}", passcode=named)
    assert day.enter(named)
    assert not day.enter(day.loose("wrong code beside Home Assistant"))
    at_keypad = day.loose("made at the keypad")
    day.world.lock("front_door").keypad.add(at_keypad)
    assert day.enter(at_keypad)
    card = day.loose("card over the air", TYPED, perhaps=day.kept)
    await day.act("add_card", card_name="Near", card_number=card)
    near()
    await pass_time(day.hass, freezer, timedelta(minutes=5))
    await day.act(
        "set_lock_credential",
        credential_type="pin",
        credential_data=day.loose("pin over the air", TYPED, perhaps=day.kept),
    )
    assert day.errors == []


async def look_around(day: Day) -> None:
    """Look at everything that shows names and none of the digits."""
    hass, pages = day.hass, day.browser.pages
    for lock in (LOCK, GATE):
        for name in SHOWING:
            await day.act(name, **lock)
    await day.act("cleanup_passcodes", dry_run=True)
    assert day.errors == []
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    pages.append(await act(hass, "list_passcodes", BOTH, Context(user_id=household.id)))
    for key, lock_name in {"front_door": "Front Door", "garden_gate": "Garden Gate"}.items():
        begin, end = "2026-12-24T00:00:00+00:00", "2026-12-31T00:00:00+00:00"
        await day.browser.ask("calendar/event/subscribe", entity_id=f"calendar.{key}_access", start=begin, end=end)
        await day.browser.ask("todo/item/list", entity_id=f"todo.{key}_expiring_access")
        for tool in ("get_last_opened", "list_access"):
            await day.agent.ask(tool, Context(user_id=day.user.id), lock=lock_name)
    assert "Bob ****" in str(pages), "nobody looked where the names are"


async def take_back(day: Day) -> None:
    """Change and take back what was given, one by one, by name and all at once."""
    await day.act("modify_passcode", passcode_id=(await passcodes(day.hass, FRONT))["Near"]["id"], passcode_name="Far")
    cards = (await act(day.hass, "list_cards", LOCK))["cards"][FRONT]
    (card_id,) = [card["id"] for card in cards if card["name"] == "Typed for both"]
    await day.act("rename_card", card_id=card_id, name="Renamed")
    await day.act("set_card_period", card_id=card_id, duration="02:00:00")
    await day.act("delete_card", card_id=card_id)
    await day.act("revoke_access", name="Typed for both")
    await day.act("delete_passcode", passcode_name="Li")
    await day.act("cleanup_passcodes")
    await day.act("clear_passcodes", **GATE, confirm=True)
    await day.act("clear_cards", confirm=True)
    await day.act("erase_passcodes", confirm=True)
    assert day.errors == []


async def do_the_rest(day: Day) -> None:
    """Call what nobody has called, first what takes nothing away; the lock itself stays, to be searched."""
    for path in ("/v3/lock/delete", "/v3/lock/transfer"):
        day.world.faults.add(Fault(kind="errcode", errcode=-3009, path=path))
    rest = ACTIONS.keys() - day.called
    for name in sorted(rest, key=lambda name: (name.startswith(("delete_", "clear_", "transfer_")), name)):
        await day.act(name, **sample(name))


async def test_digits_are_where_their_callers_put_them(
    day: Day,
    outside: TestClient[Any, Any],
    read_all: ReadAll,
    far: Air,
    scanner: VirtualScanner,  # noqa: F811
    freezer: FrozenDateTimeFactory,
    tmp_path: Path,
) -> None:
    day.hass.config.allowlist_external_dirs = {str(tmp_path)}

    def near() -> None:
        radio = far.lock("front_door")
        radio.in_range = True
        if radio.link is not None:
            radio.link.drop()
        scanner.advertise()

    errors: list[str] = []
    for step in (
        ask_for_digits,
        lambda day: move_house(day, tmp_path),
        give_digits,
        give_wrong_digits,
        share_codes,
        talk,
        ask_for_a_code,
        write_calendar,
        press_button,
        lambda day: come_and_go(day, outside),
        lambda day: go_near(day, near, freezer),
        look_around,
        take_back,
        do_the_rest,
    ):
        await step(day)
        errors += day.errors
        day.errors.clear()
    places = {**await read_all(), "chat": "".join(day.agent.logs), "errors": "\n".join(errors)}
    assert day.flock.astray(places) == {}
    assert sorted(ACTIONS.keys() - day.called) == [], "nobody has tried these"
