"""The cloud of one account, one method per thing it can do (ttlock-open-api.md 4)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
import json

from .. import parse
from ..errors import EndpointMissing, OutcomeUnknown, Unsupported, VendorError
from ..models import (
    Ekey,
    Gateway,
    GatewayReach,
    LockDetail,
    OpenState,
    OwnLock,
    Passcode,
    PasscodeKind,
    Record,
)
from ..parse import Listing, Raw
from ..passage import PassageMode
from ..passcodes import PasscodeRequest
from ..secret import Secret
from . import endpoints as at
from .cards import Cards
from .door_sensors import DoorSensors
from .ekeys import Ekeys
from .endpoints import Purpose
from .faces import Faces
from .fingerprints import Fingerprints
from .gateways import Gateways
from .groups import Groups
from .keypads import Keypads
from .locks import Locks
from .paging import BIG_PAGE, PAGE, all_pages, list_of, one
from .palm_veins import PalmVeins
from .passcodes import Passcodes
from .qr_codes import QrCodes
from .records import Records
from .remotes import Remotes
from .selector import VIA_GATEWAY
from .settings import Settings
from .transport import Transport
from .weekly import period_fields

SETTING_SOUND = 6


class CloudClient:
    """What a signed-in account can see and do."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport
        self._flat_passage: set[int] = set()
        self.cards = Cards(transport)
        self.door_sensors = DoorSensors(transport)
        self.ekeys = Ekeys(transport)
        self.faces = Faces(transport)
        self.fingerprints = Fingerprints(transport)
        self.gateways = Gateways(transport)
        self.groups = Groups(transport)
        self.keypads = Keypads(transport)
        self.locks = Locks(transport)
        self.palm_veins = PalmVeins(transport)
        self.passcodes = Passcodes(transport)
        self.qr_codes = QrCodes(transport)
        self.records = Records(transport)
        self.remotes = Remotes(transport)
        self.settings = Settings(transport)

    @property
    def calls(self) -> Counter[Purpose]:
        """Return how many requests went out, by purpose."""
        return self._transport.calls

    @property
    def clock_offset(self) -> float:
        """Return by how many seconds the cloud's clock is ahead of the host's; 0 as long as no call was refused."""
        return self._transport.clock_offset

    def saves_power(self, lock_id: int) -> bool:
        """Return whether a Wi-Fi lock lately said that it saves power.

        Credentials for it are accepted at once and reach it when it wakes; their status tells when (7.6).
        """
        return self._transport.saves_power(lock_id)

    # -- Inventory -------------------------------------------------------------------------------------------------

    async def account_id(self) -> int | None:
        """Return the number of the account."""
        return parse.integer((await self._transport.send(at.ACCOUNT_ID)).get("uid"))

    async def list_ekeys(self) -> Listing[Ekey]:
        """Return the account's ekeys, of own and of shared locks: the one call that sees every lock."""
        return await all_pages(self._transport, at.KEY_LIST, BIG_PAGE, Ekey.from_vendor)

    async def get_ekey(self, lock_id: int) -> Ekey:
        """Return the account's ekey for one lock; NotFound when it holds none."""
        return one(await self._transport.send(at.KEY_GET, lock_id), Ekey.from_vendor)

    async def list_own_locks(self) -> Listing[OwnLock]:
        """Return the locks of which the account is top administrator."""
        return await all_pages(self._transport, at.LOCK_LIST, BIG_PAGE, OwnLock.from_vendor)

    async def get_lock(self, lock_id: int) -> LockDetail:
        """Return the settings of a lock; NotPermitted for holders of a plain ekey."""
        return one(await self._transport.send(at.LOCK_DETAIL, lock_id), LockDetail.from_vendor)

    async def list_gateways(self) -> Listing[Gateway]:
        """Return the gateways of the account."""
        return await all_pages(self._transport, at.GATEWAY_LIST, PAGE, Gateway.from_vendor)

    async def list_reach(self, gateway_id: int) -> Listing[GatewayReach]:
        """Return which locks a gateway hears, and how well."""

        def read(raw: Raw) -> GatewayReach:
            return GatewayReach(
                gateway_id=gateway_id,
                lock_id=parse.required_integer(raw, "lockId"),
                rssi=parse.integer(raw.get("rssi")),
            )

        body = await self._transport.send(at.GATEWAY_LOCKS, gatewayId=gateway_id)
        return parse.listing(list_of(body), read)

    def assign_gateways(self, reaches: Iterable[GatewayReach], own_radio: Iterable[int]) -> None:
        """Teach the queues which gateway serves which lock, see `Lanes.assign`."""
        self._transport.lanes.assign(reaches, own_radio)

    async def newest_records(self, lock_id: int, since: datetime | None = None) -> Listing[Record]:
        """Return the newest page of the lock's log, newest first."""
        body = await self._transport.send(
            at.RECORD_LIST, lock_id, pageNo=1, pageSize=20, startDate=parse.epoch_ms(since) or None
        )
        records = parse.listing(list_of(body), Record.from_vendor)
        newest_first = sorted(records.items, key=lambda record: parse.epoch_ms(record.when), reverse=True)
        return Listing(tuple(newest_first), records.dropped)

    # -- State and commands ----------------------------------------------------------------------------------------

    async def get_state(self, lock_id: int, *, now: bool = False) -> OpenState:
        """Ask the lock where bolt and door are; wakes its radio. Somebody waits for it when it has to be `now`."""
        return OpenState.from_vendor(await self._transport.send(at.OPEN_STATE_NOW if now else at.OPEN_STATE, lock_id))

    async def query_battery(self, lock_id: int) -> int | None:
        """Ask the lock for its battery level; wakes its radio."""
        return parse.percent((await self._transport.send(at.LOCK_BATTERY, lock_id)).get("electricQuantity"))

    async def unlock(self, lock_id: int) -> None:
        """Withdraw the bolt. Sent once; OutcomeUnknown when the answer was lost."""
        await self._move(at.UNLOCK, lock_id)

    async def lock(self, lock_id: int) -> None:
        """Throw the bolt. OutcomeUnknown when the answer was lost."""
        await self._move(at.LOCK, lock_id)

    async def _move(self, command: at.Endpoint, lock_id: int) -> None:
        """Move the bolt; without the code of an acknowledgement (ttlock-open-api.md 4.2) nobody knows that it did."""
        if "errcode" not in await self._transport.send(command, lock_id):
            raise OutcomeUnknown

    # -- Settings --------------------------------------------------------------------------------------------------

    async def set_auto_lock(self, lock_id: int, seconds: int) -> None:
        """Set the delay of auto-lock; 0 switches it off."""
        await self._transport.send(at.AUTO_LOCK, lock_id, seconds=seconds, type=VIA_GATEWAY)

    async def set_sound(self, lock_id: int, on: bool) -> None:
        """Switch the lock's sounds."""
        await self._transport.send(
            at.SETTING, lock_id, type=SETTING_SOUND, value=1 if on else 2, changeType=VIA_GATEWAY
        )

    async def get_passage_mode(self, lock_id: int) -> PassageMode:
        """Return the plan of passage mode.

        Two generations of this call exist and it is not known whether every lock takes the newer one
        (ttlock-open-api.md 12): a vendor's refusal of the newer leads to the older, for good.
        """
        if lock_id not in self._flat_passage:
            try:
                return PassageMode.from_vendor(await self._transport.send(at.PASSAGE_READ, lock_id))
            except EndpointMissing, Unsupported, VendorError:
                pass
        mode = PassageMode.from_vendor(await self._transport.send(at.PASSAGE_READ_FLAT, lock_id))
        self._flat_passage.add(lock_id)
        return mode

    async def set_passage_mode(self, lock_id: int, mode: PassageMode) -> None:
        """Write the plan; one window goes the way every public client uses, several need the newer call."""
        common: dict[str, str | int] = {
            "passageMode": 1 if mode.enabled else 2,
            "autoUnlock": 1 if mode.auto_unlock else 2,
            "type": VIA_GATEWAY,
        }
        if len(mode.periods) > 1:
            config = json.dumps([period_fields(period, "startTime", "endTime") for period in mode.periods])
            await self._transport.send(at.PASSAGE_WRITE, lock_id, **common, cyclicConfig=config)
            return
        for period in mode.periods:
            fields = period_fields(period, "startDate", "endDate")
            common |= {key: json.dumps(value) for key, value in fields.items()}
        await self._transport.send(at.PASSAGE_WRITE_FLAT, lock_id, **common)

    # -- Passcodes -------------------------------------------------------------------------------------------------

    async def list_passcodes(self, lock_id: int) -> Listing[Passcode]:
        """Return all passcodes in the cloud's table of a lock."""
        return await all_pages(
            self._transport, at.PASSCODE_LIST, PAGE, Passcode.from_vendor, lock_id=lock_id, orderBy=1
        )

    async def random_passcode(self, lock_id: int, request: PasscodeRequest) -> tuple[int, Secret]:
        """Have the cloud make a passcode that the lock knows by calculation; needs no gateway."""
        body = await self._transport.send(
            at.PASSCODE_RANDOM,
            lock_id,
            keyboardPwdType=request.kind.value,
            keyboardPwdName=request.name,
            startDate=parse.epoch_ms(request.start),
            endDate=parse.epoch_ms(request.end),
        )
        code = parse.secret(body.get("keyboardPwd"))
        passcode_id = parse.integer(body.get("keyboardPwdId"))
        if code is None or passcode_id is None:
            raise OutcomeUnknown
        return passcode_id, code

    async def add_passcode(self, lock_id: int, code: Secret, request: PasscodeRequest) -> int:
        """Put own digits on the lock; the cloud answers after the lock took them. Returns the passcode id."""
        period = request.kind is PasscodeKind.PERIOD
        body = await self._transport.send(
            at.PASSCODE_ADD,
            lock_id,
            keyboardPwd=code.reveal(),
            keyboardPwdName=request.name,
            keyboardPwdType=request.kind.value,
            startDate=parse.epoch_ms(request.start) if period else None,
            endDate=parse.epoch_ms(request.end) if period else None,
            addType=VIA_GATEWAY,
        )
        if (passcode_id := parse.integer(body.get("keyboardPwdId"))) is None:
            raise OutcomeUnknown
        return passcode_id

    async def change_passcode(
        self,
        lock_id: int,
        passcode_id: int,
        *,
        name: str | None = None,
        code: Secret | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> None:
        """Change what is given; a new name alone does not need the lock."""
        if code is None and start is None and end is None:
            await self._transport.send(at.PASSCODE_RENAME, lock_id, keyboardPwdId=passcode_id, keyboardPwdName=name)
            return
        await self._transport.send(
            at.PASSCODE_CHANGE,
            lock_id,
            keyboardPwdId=passcode_id,
            keyboardPwdName=name,
            newKeyboardPwd=code.reveal() if code else None,
            startDate=parse.epoch_ms(start) or None,
            endDate=parse.epoch_ms(end) or None,
            changeType=VIA_GATEWAY,
        )

    async def delete_passcode(self, lock_id: int, passcode_id: int) -> None:
        """Take a passcode off the lock."""
        await self._transport.send(at.PASSCODE_DELETE, lock_id, keyboardPwdId=passcode_id, deleteType=VIA_GATEWAY)
