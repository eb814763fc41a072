"""A real Home Assistant in a process and a folder of its own (home-assistant-conventions.md 7)."""

import asyncio
from collections.abc import Mapping, Sequence
import contextlib
import json
import os
from pathlib import Path
import re
import shutil
import signal
import sys
import time

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
INTEGRATION = ROOT / "custom_components" / "ttlock"
SIMULATOR = ROOT / "simulator"
RADIO = SIMULATOR / "demo" / "virtual_radio"
AGENT = SIMULATOR / "demo" / "virtual_agent"
RADIO_SLOTS = 3
"""As many connections as a usual Bluetooth proxy holds."""
API_URL_VARIABLE = "TTLOCK_API_URL"
START_SECONDS = 90
STOP_SECONDS = 30

CONFIGURATION = """\
homeassistant:
  name: Demo house
  country: {country}
  language: en
  time_zone: {time_zone}
  unit_system: metric
frontend:
config:
history:
logbook:
"""

# The steps after the user's would start integrations that want the internet.
ONBOARDING = {
    "version": 4,
    "minor_version": 1,
    "key": "onboarding",
    "data": {"done": ["core_config", "analytics", "integration"]},
}

INTEGRATION_NAMES = ("custom_components.ttlock", "custom_components/ttlock")
SLOW_WORDS = ("Detected blocking call", "is taking over", "took longer than", "Detected that custom integration")
INCLUDED = ("automations.yaml", "scripts.yaml")
"""Where Home Assistant's editor writes; what is included has to be there."""


class HomeAssistantError(Exception):
    """Home Assistant did not start, did not stop, or ended by itself."""


class HomeAssistant:
    """Home Assistant as a subprocess."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        api_url: str,
        country: str,
        time_zone: str,
        configuration: str = "",
        components: Sequence[Path] = (),
        radio_port: int | None = None,
    ) -> None:
        """Remember where it lives, which cloud and which air are around it, and what else is to be set up."""
        self.folder = folder
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}"
        self._api_url = api_url
        self._country = country
        self._time_zone = time_zone
        self._configuration = configuration
        self._components = components
        self._radio_port = radio_port
        if radio_port is not None:
            self._configuration += f"virtual_radio:\n  port: {radio_port}\n  slots: {RADIO_SLOTS}\n"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log_file(self) -> Path:
        """Return the file of Home Assistant's log."""
        return self.folder / "home-assistant.log"

    @property
    def _output_file(self) -> Path:
        return self.folder / "output.log"

    @property
    def running(self) -> bool:
        """Return whether the process is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        if self._process is None:
            raise HomeAssistantError("Home Assistant has not been started")
        return self._process.pid

    def prepare(self) -> None:
        """Write the configuration folder; what is already there is kept."""
        storage = self.folder / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        components = self.folder / "custom_components"
        components.mkdir(exist_ok=True)
        _link(components / "ttlock", INTEGRATION)
        if self._radio_port is not None:
            # Home Assistant imports from its folder, so this is where its proxy finds the contract of the air.
            _link(self.folder / "simulator", SIMULATOR)
            _link(components / RADIO.name, RADIO)
        for component in self._components:
            _link(components / component.name, component)
        for name in INCLUDED:
            (self.folder / name).touch()
        (self.folder / "configuration.yaml").write_text(
            CONFIGURATION.format(country=self._country, time_zone=self._time_zone) + self._configuration,
            encoding="utf-8",
        )
        write_json(storage / "http", http_store(self.port))
        if not (storage / "onboarding").exists():
            write_json(storage / "onboarding", ONBOARDING)

    async def start(self) -> None:
        """Start and wait until Home Assistant answers."""
        self.prepare()
        with self._output_file.open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                *_command(self.folder, self.log_file),
                cwd=self.folder,
                env=_environment({API_URL_VARIABLE: self._api_url}),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        await self._wait_until_it_answers()

    async def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < deadline:
                if not self.running:
                    raise HomeAssistantError(f"Home Assistant ended while it started:\n{self._last_words()}")
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.base_url}/manifest.json") as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(0.1)
        raise HomeAssistantError(f"Home Assistant did not answer within {START_SECONDS} s:\n{self._last_words()}")

    async def wait(self) -> int:
        """Wait until the process ends, return its exit status."""
        if self._process is None:
            raise HomeAssistantError("Home Assistant has not been started")
        return await self._process.wait()

    async def stop(self) -> None:
        """End the process by SIGTERM, which lets it write its delayed stores; kill it only when that does not help."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise HomeAssistantError(f"Home Assistant did not stop within {STOP_SECONDS} s") from None

    async def kill(self) -> None:
        """End the process as a power cut does: nothing is written any more."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    def memory_mb(self) -> int:
        """Return the resident memory of the process."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        if found is None:
            raise HomeAssistantError("The system does not say how much memory the process has")
        return round(int(found.group(1)) / 1024)

    def log_entries(self) -> list[str]:
        """Return the entries of the log, each with the traceback that belongs to it."""
        text = "\n".join(
            path.read_text(encoding="utf-8", errors="replace") for path in self._log_files() if path.exists()
        )
        return [entry.strip() for entry in re.split(r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", text, flags=re.MULTILINE)]

    def _log_files(self) -> Sequence[Path]:
        # The log of the start before the last one is kept as <name>.1.
        return (self.log_file.with_name(self.log_file.name + ".1"), self.log_file)

    def integration_errors(self) -> list[str]:
        """Return what the integration logged as error, and every traceback that runs through it."""
        return [
            entry
            for entry in self.log_entries()
            if any(name in entry for name in INTEGRATION_NAMES)
            and (" ERROR " in entry.partition("\n")[0] or "Traceback" in entry)
        ]

    def slow_warnings(self) -> list[str]:
        """Return the warnings of Home Assistant about a blocked loop or a slow set-up."""
        return [entry for entry in self.log_entries() if any(word in entry for word in SLOW_WORDS)]

    def _last_words(self) -> str:
        # What stops Home Assistant before it has a log is said on its output.
        text = self._output_file.read_text(encoding="utf-8", errors="replace").strip()
        return "\n".join(text.splitlines()[-15:])


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        shutil.rmtree(link)
    link.symlink_to(target, target_is_directory=True)


def _command(folder: Path, log_file: Path) -> list[str]:
    # script/setup has installed what the default components need, so nothing is fetched at start.
    return [
        *(sys.executable, "-m", "homeassistant", "--config", str(folder)),
        *("--log-file", str(log_file), "--log-no-color", "--skip-pip"),
    ]


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    # Proxies are for the internet; everything here is on the loopback.
    ignored = {"http_proxy", "https_proxy", "all_proxy", "setup_port"}
    return {key: value for key, value in os.environ.items() if key.lower() not in ignored} | dict(more)


def http_store(port: int) -> dict[str, object]:
    """Return what Home Assistant stores of its web server."""
    return {
        "version": 2,
        "minor_version": 2,
        "key": "http",
        "data": {
            "stable": {
                "server_host": ["127.0.0.1"],
                "server_port": port,
                "cors_allowed_origins": [],
                "login_attempts_threshold": -1,
                "ip_ban_enabled": False,
                "ssl_profile": "modern",
                "use_x_frame_options": True,
                "created_at": "2026-01-01T00:00:00+00:00",
                "error": None,
                "error_message": None,
            },
            "pending": None,
            "yaml_migration_done": True,
        },
    }


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write a file of Home Assistant's storage."""
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
