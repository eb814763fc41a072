"""Who may import whom."""

from pathlib import Path
import sys
from typing import Final

import pytest

from .source import CLIENT, INTEGRATION, ROOT, SIMULATOR, all_imports, imported, modules, named, runtime_nodes, tree

PRODUCT: Final = "custom_components.ttlock"
MEASURES_THE_CLIENT: Final = SIMULATOR / "bench" / "ble.py"
"""Holds both ends of a Bluetooth connection, to count what crosses it."""
WITH_HOME_ASSISTANT: Final = {"aiohttp", "cryptography", "homeassistant", "probatio", "voluptuous"}
"""What every Home Assistant brings along, so that the manifest needs no requirements."""
WITH_BLUETOOTH: Final = {"bleak", "bleak_retry_connector"}
"""What comes with its Bluetooth, on which the manifest depends."""

APP_ACCOUNT: Final = INTEGRATION / "app_account.py"
"""Uses a library that is installed when somebody signs in with an account of the app."""
BLUETOOTH_STACK: Final = SIMULATOR / "radio" / "bleak_backend.py"


def _outside(path: Path, own: str, allowed: set[str]) -> set[str]:
    """Return the imports of a module that are neither its own package, the standard library nor allowed."""
    return {
        name
        for name in all_imports(path)
        if not (name == own or name.startswith(f"{own}."))
        and name.split(".")[0] not in allowed | set(sys.stdlib_module_names)
    }


def _violations(folder: Path, own: str, allowed: set[str]) -> dict[str, set[str]]:
    return {named(path): outside for path in modules(folder) if (outside := _outside(path, own, allowed))}


def test_client_knows_no_home_assistant_and_nothing_above_it() -> None:
    assert _violations(CLIENT, f"{PRODUCT}.client", {"aiohttp", "cryptography"}) == {}


def test_product_needs_what_home_assistant_brings_and_no_simulator() -> None:
    outside = _violations(INTEGRATION, PRODUCT, WITH_HOME_ASSISTANT | WITH_BLUETOOTH)
    assert outside.pop(named(APP_ACCOUNT)) == {"httpx", "ttlock_ble", "ttlock_ble.CloudError", "ttlock_ble.TTLockCloud"}
    assert outside == {}


def test_what_is_installed_on_demand_is_imported_by_name_only() -> None:
    importers = {named(path) for path in modules(INTEGRATION) if f"{PRODUCT}.app_account" in all_imports(path)}
    assert importers == set()


def test_simulator_knows_nothing_of_the_product() -> None:
    """It is the other side of the wire: sharing code would let both be wrong together."""
    simulator = {named(path): all_imports(path) for path in modules(SIMULATOR) if path != MEASURES_THE_CLIENT}
    guilty = {
        path: found
        for path, names in simulator.items()
        if (found := {name for name in names if name.split(".")[0] == "custom_components"})
    }
    assert guilty == {}


def test_the_measurement_of_the_client_knows_nothing_above_it() -> None:
    product = {name for name in all_imports(MEASURES_THE_CLIENT) if name.startswith("custom_components")}
    assert product and all(name.startswith(f"{PRODUCT}.client") for name in product)


def test_world_of_the_simulator_needs_no_home_assistant() -> None:
    folders = {SIMULATOR / "demo", SIMULATOR / "bench"}
    world = [path for path in modules(SIMULATOR) if not folders & set(path.parents)]
    allowed = {path: {"aiohttp", "cryptography"} for path in world} | {
        BLUETOOTH_STACK: {"bleak", "bleak_retry_connector", "bluetooth_data_tools", "homeassistant"}
    }
    outside = {named(path): names for path in world if (names := _outside(path, "simulator", allowed[path]))}
    assert outside == {}


def test_world_is_there_without_a_bluetooth_stack() -> None:
    """What shows the virtual locks to bleak and to Home Assistant is imported by who wants it, and by nothing else."""
    users = {named(path) for path in modules(SIMULATOR) if "simulator.radio.bleak_backend" in all_imports(path)}
    assert not {name for name in users if not name.startswith(("simulator/demo/", "simulator/bench/"))}


@pytest.mark.parametrize("folder", [INTEGRATION, SIMULATOR], ids=["product", "simulator"])
def test_no_module_imports_itself_through_others(folder: Path) -> None:
    """A circle means that none of its modules can be understood or tested alone."""
    names = {_module_name(path): path for path in modules(folder)}
    needs = {
        name: {_known(target, names) for target in imported(path, runtime_nodes(tree(path).body))} - {None, name}
        for name, path in names.items()
    }
    # A package that collects the names of its modules is no part of a circle, its modules are.
    packages = {name for name, path in names.items() if path.name == "__init__.py"}
    remaining = {name: needs[name] - packages for name in names if name not in packages}
    # Take away what needs nobody and what nobody needs, until only the circles are left.
    while free := [
        name
        for name, targets in remaining.items()
        if not targets & remaining.keys() or not any(name in others for others in remaining.values())
    ]:
        for name in free:
            del remaining[name]
    assert sorted(remaining) == [], "modules in circles"


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _known(target: str, names: dict[str, Path]) -> str | None:
    return target if target in names else None
