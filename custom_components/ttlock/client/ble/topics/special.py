"""What only some products have: accessories, hotel data, networks, motors (ttlock-ble-protocol.md 5.12 and 5.15)."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from ...secret import Secret
from ..opcodes import Opcode
from ..operations import accessories, hotel, motor, network, times
from ..operations.accessories import ControlKey
from ..operations.hotel import HotelData
from ..operations.motor import Angles, Search
from ..operations.network import HeardNetwork, NbMode, NbTime
from .base import Topic, operation


class Accessories(Topic):
    """What is paired with the lock beside what opens it."""

    @operation(Opcode.DOOR_SENSOR)
    async def pair_door_sensor(self, address: str) -> None:
        """Have the lock listen to a wireless door sensor."""
        await self._ask(Opcode.DOOR_SENSOR, accessories.door_sensor(address))

    @operation(Opcode.DOOR_SENSOR)
    async def forget_door_sensor(self) -> None:
        """Have the lock listen to no door sensor any more."""
        await self._ask(Opcode.DOOR_SENSOR, accessories.door_sensor(None))

    @operation(Opcode.MULTI_KEYPAD)
    async def pair_keypad(self, address: str, key: Secret) -> None:
        """Have the lock listen to a multi-function keypad; the key of 32 hexadecimal digits comes from the keypad."""
        await self._ask(Opcode.MULTI_KEYPAD, accessories.pair_keypad(address, key))

    @operation(Opcode.WRISTBAND_KEY)
    async def set_wristband_key(self, key: Secret) -> None:
        """Have a wristband with this key open the lock."""
        await self._ask(Opcode.WRISTBAND_KEY, accessories.wristband(key))

    @operation(Opcode.REMOTE_CONTROL)
    async def press(self, key: ControlKey) -> None:
        """Press a button of a remote control for gates and shutters, see `unlock` for OutcomeUnknown."""
        await self._ask(Opcode.REMOTE_CONTROL, lambda proof: accessories.press(proof, self._clock(), key), once=True)


class Hotels(Topic):
    """Data that hotel software writes into a lock."""

    @operation(Opcode.HOTEL)
    async def read_hotel_data(self, what: HotelData) -> Secret:
        """Return a value in hexadecimal digits; keys are among them."""
        return hotel.read(self._note_first(await self._ask(Opcode.HOTEL, hotel.ask(what))), what)

    @operation(Opcode.HOTEL)
    async def set_hotel_data(self, what: HotelData, value: Secret) -> None:
        """Set a value, given in hexadecimal digits."""
        await self._ask(Opcode.HOTEL, hotel.write(what, value))


class Networks(Topic):
    """Locks with Wi-Fi or a mobile radio."""

    @operation(Opcode.SCAN_WIFI)
    async def scan_wifi(self) -> tuple[HeardNetwork, ...]:
        """Return the Wi-Fi networks that the lock hears."""
        found: list[HeardNetwork] = []
        async with aclosing(self._follow(Opcode.SCAN_WIFI, network.SCAN)) as replies:
            async for data in replies:
                if (heard := network.read_network(data)) is None:
                    break
                found.append(heard)
        return tuple(found)

    @operation(Opcode.WIFI_ACCESS_POINT)
    async def join_wifi(self, name: str, password: Secret) -> None:
        """Have the lock join a Wi-Fi network."""
        await self._ask(Opcode.WIFI_ACCESS_POINT, network.access_point(name, password))

    @operation(Opcode.WIFI_SERVER)
    async def set_wifi_server(self, host: str, port: int) -> None:
        """Name the server to which a Wi-Fi lock reports."""
        await self._ask(Opcode.WIFI_SERVER, network.wifi_server(host, port))

    @operation(Opcode.WIFI_SLEEP)
    async def add_wifi_sleep(self, index: int, start: int, end: int) -> None:
        """Add a time, in minutes of the day, in which a lock leaves its Wi-Fi off."""
        await self._ask(Opcode.WIFI_SLEEP, times.add_wifi_sleep(index, start, end), once=True)

    @operation(Opcode.WIFI_SLEEP)
    async def clear_wifi_sleep(self) -> None:
        """Take all times away in which a lock leaves its Wi-Fi off."""
        await self._ask(Opcode.WIFI_SLEEP, times.clear_wifi_sleep())

    @operation(Opcode.NB_SERVER)
    async def set_nb_server(self, host: str, port: int) -> None:
        """Name the server to which a lock with a mobile radio reports."""
        await self._ask(Opcode.NB_SERVER, network.nb_server(host, port))

    @operation(Opcode.NB_ACTIVATION)
    async def set_nb_modes(self, modes: NbMode) -> None:
        """Set what wakes the mobile radio."""
        await self._ask(Opcode.NB_ACTIVATION, network.nb_modes(modes))

    @operation(Opcode.NB_ACTIVATION)
    async def set_nb_times(self, *at: tuple[NbTime, int]) -> None:
        """Set when the mobile radio wakes by itself, in minutes."""
        await self._ask(Opcode.NB_ACTIVATION, network.nb_times(at))


class Motors(Topic):
    """Locks that turn a key or knob, or find out which way the door opens."""

    @operation(Opcode.FIND_UNLOCK_DIRECTION)
    async def find_unlock_direction(self) -> AsyncGenerator[Search]:
        """Have the lock find out which way it opens, and yield how it gets on. The bolt moves."""
        async with aclosing(self._follow(Opcode.FIND_UNLOCK_DIRECTION, motor.FIND_DIRECTION)) as replies:
            async for data in replies:
                step = motor.read_search(data)
                yield step
                if step is not Search.WORKING:
                    return

    @operation(Opcode.STICK_ON_LOCK)
    async def learn_unlock_angle(self) -> None:
        """Take the present position of a stick-on lock as open."""
        await self._ask(Opcode.STICK_ON_LOCK, motor.learn(motor.UNLOCK_ANGLE))

    @operation(Opcode.STICK_ON_LOCK)
    async def learn_lock_angle(self) -> None:
        """Take the present position of a stick-on lock as shut."""
        await self._ask(Opcode.STICK_ON_LOCK, motor.learn(motor.LOCK_ANGLE))

    @operation(Opcode.STICK_ON_LOCK)
    async def find_angles(self) -> None:
        """Have a stick-on lock find both positions. The bolt moves."""
        await self._ask(Opcode.STICK_ON_LOCK, motor.learn(motor.AUTO_ANGLE), once=True)

    @operation(Opcode.STICK_ON_LOCK)
    async def read_angles(self) -> Angles:
        """Return the positions of a stick-on lock."""
        return motor.read_angles(self._note_first(await self._ask(Opcode.STICK_ON_LOCK, motor.ask_angles())))

    @operation(Opcode.STICK_ON_LOCK)
    async def set_latch(self, on: bool, delay: int, hold: int) -> None:
        """Have a stick-on lock draw in the latch: after how many seconds, and for how long."""
        await self._ask(Opcode.STICK_ON_LOCK, motor.latch(on, delay, hold))
