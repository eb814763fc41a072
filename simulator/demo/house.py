"""The house of the demo: its owner, the signed-in account, areas and the dashboard."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import time

from .api import ApiError, HomeAssistantApi, Json, Login
from .cloud import CloudAccess
from .dashboard import GatewayCards, LockCards, dashboard

DOMAIN = "ttlock"
LOGIN = Login(name="Owner", username="demo", password="demo")
DASHBOARD_PATH = "demo-locks"
COUNTRY = "IT"
TIME_ZONE = "Europe/Rome"
"""Where the locks of the default world hang."""
LOADED_SECONDS = 60
SETTLE_SECONDS = 3
"""Some entities are made only when the settings of the locks have been read."""

AREAS: Mapping[str, tuple[str, str]] = {
    "front_door": ("Hall", "mdi:door"),
    "back_door": ("Kitchen", "mdi:silverware-fork-knife"),
    "garden_gate": ("Garden", "mdi:flower"),
    "office": ("Office", "mdi:desk"),
    "padlock": ("Shed", "mdi:garage"),
    "safe": ("Bedroom", "mdi:bed"),
    "holiday_flat": ("Holiday flat", "mdi:palm-tree"),
    "cellar": ("Cellar", "mdi:stairs-down"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """The integration's entities: entity id by unique id."""

    by_unique_id: Mapping[str, str]

    def lock(self, lock_id: int, suffix: str) -> str | None:
        """Return the entity of a lock (compatibility.md 4.5)."""
        return self.by_unique_id.get(f"ttlock-{lock_id}-{suffix}")

    def gateway(self, gateway_id: int) -> str | None:
        """Return the connectivity entity of a gateway."""
        return self.by_unique_id.get(f"ttlock-gateway-{gateway_id}")


async def enter_house(api: HomeAssistantApi) -> None:
    """Be onboarded and signed in, connected and ready."""
    if await api.needs_owner():
        await api.create_owner(LOGIN)
    else:
        await api.sign_in(LOGIN)
    await api.wait_until_running()
    await api.connect()


async def config_entries(api: HomeAssistantApi) -> Sequence[Json]:
    """Return the config entries of the integration."""
    entries: list[Json] = await api.command("config_entries/get", domain=DOMAIN)
    return entries


async def add_application(api: HomeAssistantApi, access: CloudAccess) -> None:
    """Enter the application credentials, once."""
    known: list[Json] = await api.command("application_credentials/list")
    if any(item["domain"] == DOMAIN and item["client_id"] == access.client_id for item in known):
        return
    await api.command(
        "application_credentials/create",
        domain=DOMAIN,
        client_id=access.client_id,
        client_secret=access.client_secret,
        name="Virtual TTLock cloud",
    )


async def add_account(api: HomeAssistantApi, access: CloudAccess) -> None:
    """Sign the account in through the config flow, as a user does in the browser."""
    await add_application(api, access)
    await submit_account(api, await open_account_form(api), access)


async def open_account_form(api: HomeAssistantApi) -> str:
    """Start the config flow, return the id of the flow that now asks for the account."""
    menu: Json = await api.post("/api/config/config_entries/flow", {"handler": DOMAIN})
    form: Json = await api.post(f"/api/config/config_entries/flow/{menu['flow_id']}", {"next_step_id": "developer"})
    if form.get("step_id") != "account":
        raise ApiError("flow", f"the config flow shows {form.get('step_id') or form.get('reason')!r}, not 'account'")
    flow_id: str = form["flow_id"]
    return flow_id


async def submit_account(api: HomeAssistantApi, flow_id: str, access: CloudAccess) -> None:
    """Fill in the account form of a flow."""
    fields = {"username": access.username, "password": access.password}
    result: Json = await api.post(f"/api/config/config_entries/flow/{flow_id}", fields)
    if result["type"] != "create_entry":
        raise ApiError("flow", f"the account is not accepted: {result.get('errors') or result.get('reason')}")


async def read_entities(api: HomeAssistantApi) -> Entities:
    """Return the integration's enabled entities from the entity registry."""
    rows: list[Json] = await api.command("config/entity_registry/list")
    return Entities(
        by_unique_id={
            row["unique_id"]: row["entity_id"]
            for row in rows
            if row["platform"] == DOMAIN and row["disabled_by"] is None
        }
    )


async def settled_entities(api: HomeAssistantApi) -> Entities:
    """Return the entities once no more are coming."""
    entities = await read_entities(api)
    while True:
        await asyncio.sleep(SETTLE_SECONDS)
        before, entities = entities, await read_entities(api)
        if before == entities:
            return entities


async def until_loaded(api: HomeAssistantApi) -> None:
    """Wait until the account is there again after its options have changed."""
    deadline = time.monotonic() + LOADED_SECONDS
    while True:
        (entry,) = await config_entries(api)
        if entry["state"] == "loaded":
            return
        if time.monotonic() > deadline:
            raise ApiError("options", f"the account is {entry['state']}: {entry['reason']}")
        await asyncio.sleep(0.1)


async def furnish(api: HomeAssistantApi, access: CloudAccess) -> None:
    """Give the locks their areas and make the dashboard, the start page of everybody."""
    entities = await settled_entities(api)
    await _place_locks(api, access, entities)
    await _save_dashboard(api, await _compose(api, access, entities))


async def _place_locks(api: HomeAssistantApi, access: CloudAccess, entities: Entities) -> None:
    areas = {area["name"]: area["area_id"] for area in await api.command("config/area_registry/list")}
    rows = {row["entity_id"]: row for row in await api.command("config/entity_registry/list")}
    for key, lock_id in access.lock_ids.items():
        entity_id = entities.lock(lock_id, "lock")
        if entity_id is None or key not in AREAS:
            continue
        name, icon = AREAS[key]
        if name not in areas:
            areas[name] = (await api.command("config/area_registry/create", name=name, icon=icon))["area_id"]
        await api.command("config/device_registry/update", device_id=rows[entity_id]["device_id"], area_id=areas[name])


async def _compose(api: HomeAssistantApi, access: CloudAccess, entities: Entities) -> Json:
    names = await device_names(api)
    locks = [
        LockCards(
            key=key,
            name=names[entity_id],
            lock=entity_id,
            battery=entities.lock(lock_id, "lockbattery"),
            connection=entities.lock(lock_id, "connection"),
            door=entities.lock(lock_id, "sensor"),
            passage_mode=entities.lock(lock_id, "passage_mode"),
            auto_lock=entities.lock(lock_id, "autolock"),
            auto_lock_delay=entities.lock(lock_id, "autolock_delay"),
        )
        for key, lock_id in access.lock_ids.items()
        if (entity_id := entities.lock(lock_id, "lock")) is not None
    ]
    gateways = [
        GatewayCards(name=names[entity_id], connectivity=entity_id)
        for gateway_id in access.gateway_ids.values()
        if (entity_id := entities.gateway(gateway_id)) is not None
    ]
    return dashboard(locks, gateways)


async def device_names(api: HomeAssistantApi) -> Mapping[str, str]:
    """Return the name of the device of each entity."""
    devices = {row["id"]: row for row in await api.command("config/device_registry/list")}
    rows: list[Json] = await api.command("config/entity_registry/list")
    owners = {row["entity_id"]: devices[row["device_id"]] for row in rows if row["device_id"]}
    return {entity_id: device["name_by_user"] or device["name"] for entity_id, device in owners.items()}


async def is_furnished(api: HomeAssistantApi) -> bool:
    """Return whether an earlier run made the dashboard."""
    known: list[Json] = await api.command("lovelace/dashboards/list")
    return any(item["url_path"] == DASHBOARD_PATH for item in known)


async def _save_dashboard(api: HomeAssistantApi, config: Json) -> None:
    await api.command(
        "lovelace/dashboards/create",
        url_path=DASHBOARD_PATH,
        title="Locks",
        icon="mdi:lock-smart",
        require_admin=False,
        show_in_sidebar=True,
    )
    await api.command("lovelace/config/save", url_path=DASHBOARD_PATH, config=config)
    await api.command("frontend/set_system_data", key="core", value={"default_panel": DASHBOARD_PATH})
