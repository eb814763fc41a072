"""Constants of the integration."""

from datetime import timedelta
import logging
from typing import Final

DOMAIN: Final = "ttlock"
LOGGER: Final = logging.getLogger(__package__)
MANUFACTURER: Final = "TTLock"

BLUETOOTH_ENTRY: Final = "bluetooth"
"""Unique id of the one entry of all locks that no account brought."""
CONF_AUTH_IMPLEMENTATION: Final = "auth_implementation"
CONF_CALLS_A_MONTH: Final = "calls_a_month"
"""Option: the calls of the plan of the developer application, when it is not the free one."""
CONF_INSTALLATION: Final = "installation"
"""By which the cloud of the apps knows this Home Assistant; with a new one it asks for a code again."""
CONF_KIND: Final = "kind"
"""Where the locks of an entry come from: absent is the cloud of a developer application, as in hass-ttlock."""
CONF_POLL_MINUTES: Final = "poll_interval"
"""Option of hass-ttlock: minutes between two questions to a lock."""
CONF_REGION: Final = "region"
CONF_TOKEN: Final = "token"

KIND_APP: Final = "app"
"""Keys that the cloud of the phone app handed out once; nothing but Bluetooth after that."""
KIND_BLUETOOTH: Final = "bluetooth"
"""Keys that were typed in, imported, or made here for a new lock."""

ENV_API_URL: Final = "TTLOCK_API_URL"
"""Environment variable with the address of another cloud, such as the simulator's, for every region."""

DOCS_URL: Final = "https://github.com/ttlock-for-home-assistant/ttlock"
PORTAL_URL: Final = "https://euopen.ttlock.com"

# How often things are read when the calls of the month suffice; client/quota says how much rarer when they do not.
CALLS_FOR_INVENTORY: Final = 3
CALLS_FOR_SETTINGS: Final = 3
CREDENTIAL_CALLS_ON_DEMAND_A_MONTH: Final = 600
"""For looking at the tables of credentials in between, because somebody opened the calendar."""
CREDENTIAL_CALLS_AT_ONCE: Final = 40
"""What gathers of those while nobody looks."""
MONTH: Final = timedelta(days=30)
SHORTEST_STATE_INTERVAL: Final = timedelta(minutes=10)
"""Each question wakes the lock's radio and costs battery."""
PUSHED_STATE_INTERVAL: Final = timedelta(hours=16)
"""As long as callbacks tell what moves: often enough to notice a lock that is dead."""

INVENTORY_INTERVAL: Final = timedelta(minutes=30)
"""Three calls for the whole account, with battery and gateways in them."""
PUSHED_INVENTORY_INTERVAL: Final = timedelta(hours=6)
INVENTORY_RETRY_INTERVAL: Final = timedelta(minutes=5)
"""Between two tries in an outage, after some that follow sooner."""
FIRST_RETRY_INTERVAL: Final = timedelta(seconds=30)
JITTER: Final = (0.8, 1.0)
"""Part of a pause that is really waited."""
SHORTEST_SETTINGS_AGE: Final = timedelta(hours=24)
"""Settings change a few times a year, mostly by us; other changes are seen within a day, or later with many locks."""
PUSHED_SETTINGS_AGE: Final = timedelta(hours=48)
SHORTEST_DETAILS_AGE: Final = timedelta(hours=24)
"""Clocks drift by seconds a day, and new firmware comes out a few times a year."""
WATCHED_READS_A_DAY: Final = 1 / 7
"""For what no entity shows, and what is a repair when it is wrong."""
FIRST_WATCH_DELAY: Final = timedelta(hours=1)
"""A start is busy enough."""
SETTINGS_RETRY: Final = timedelta(hours=6)
"""After settings or a detail could not be read."""
SHORTEST_RECORD_INTERVAL: Final = timedelta(hours=1)
"""The log is the cloud's: reading it wakes no lock."""
PUSHED_RECORD_INTERVAL: Final = timedelta(hours=24)
"""To notice when callbacks do not come any more."""
SHORTEST_REACH_INTERVAL: Final = timedelta(hours=6)
"""Locks and gateways are screwed to the house."""
PUSHED_REACH_INTERVAL: Final = timedelta(hours=24)
SHORTEST_CREDENTIAL_INTERVAL: Final = timedelta(hours=6)
"""Our own changes are known without a question; those of others are seen within some hours."""
CREDENTIAL_RETRY: Final = timedelta(hours=1)
"""After credentials could not be read for the first time."""
FRESH_CREDENTIALS: Final = timedelta(minutes=15)
"""Who opens the calendar gets nothing older, as far as the calls of the month allow. Triggers look every 15 minutes."""
QUOTA_PAUSE: Final = timedelta(hours=6)
"""Polling again after the quota ran out; it resets at the start of a month in Beijing."""

KEY_REFRESH_PAUSE: Final = timedelta(hours=1)
"""Between two questions for the Bluetooth key of a lock that refuses the one that is known."""
OUTAGE_LIMIT: Final = timedelta(minutes=15)
"""How long known facts are shown while the cloud or the lock does not answer."""
GATEWAY_OFFLINE_LIMIT: Final = timedelta(hours=6)
"""A gateway that is silent for so long does not come back by itself."""
CLOCK_DRIFT_LIMIT_SECONDS: Final = 180
"""Passcodes begin and end by the clock of the lock."""
HOST_CLOCK_LIMIT_SECONDS: Final = 300
"""More than that and the cloud refuses calls (ttlock-open-api.md 3.2, code 80000)."""
FIRST_READING_DELAY_SECONDS: Final = 2
"""Entities come first: what the inventory does not tell is read when they are there."""
RADIO_STATE_INTERVAL: Final = timedelta(hours=1)
"""How often a lock without any other way is connected to, to learn where its bolt is, when it does not tell by itself."""
ADVERTISED_AFTER_SECONDS = 15
"""A change shows in what a lock advertises within about ten seconds (ttlock-ble-protocol.md 2.5)."""
AUTO_LOCK_MARGIN_SECONDS: Final = 3
"""The motor needs a moment after the delay is over."""
TROUBLE_PAUSES_SECONDS: Final = (60, 180, 540)
"""A single lost radio contact should not make a lock unavailable until its next turn, hours later in a big house."""
UNCLEAR_PAUSE_SECONDS: Final = 30
"""By then a gateway has given up whatever kept it from answering."""
COMMANDS_END_SECONDS: Final = 45
"""A little longer than the cloud is waited for; what takes longer than that is lost on a reload."""
