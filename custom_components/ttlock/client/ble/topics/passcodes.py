"""Passcodes (ttlock-ble-protocol.md 5.6 and 5.8)."""

from collections.abc import Sequence
from datetime import datetime

from ...credentials import Validity
from ...models import PasscodeKind
from ...secret import Secret
from ..lock_data import YearSeed
from ..opcodes import Opcode
from ..operations import info, passcodes, seeds
from ..operations.passcodes import StoredPasscode
from ..operations.seeds import SeedInUse
from .base import Topic, operation


class Passcodes(Topic):
    """The codes that are typed at the lock."""

    @operation(Opcode.PASSCODE_LIST)
    async def list_passcodes(self) -> tuple[StoredPasscode, ...]:
        """Return the passcodes in the lock; random ones that were never typed are not among them."""
        return await self._read_list(
            Opcode.PASSCODE_LIST, passcodes.ask, lambda data: passcodes.read(data, self.key.zone)
        )

    @operation(Opcode.PASSCODES)
    async def add_passcode(
        self,
        digits: Secret,
        kind: PasscodeKind = PasscodeKind.PERMANENT,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> None:
        """Put a passcode on the lock: permanent, for a period, for one use in a period, or cyclic.

        Of a cyclic one start and end are the hours of the first day, as in the cloud.
        """
        await self._change(Opcode.PASSCODES, passcodes.add(digits, kind, start, end, self.key.zone), once=True)

    @operation(Opcode.PASSCODES)
    async def change_passcode(
        self, digits: Secret, new: Secret | None = None, validity: Validity | None = None
    ) -> None:
        """Give a passcode other digits, another period or both."""
        await self._change(Opcode.PASSCODES, passcodes.change(digits, new, validity, self.key.zone), once=True)

    @operation(Opcode.PASSCODES)
    async def delete_passcode(self, digits: Secret, kind: PasscodeKind = PasscodeKind.PERIOD) -> None:
        """Take a passcode off the lock."""
        await self._change(Opcode.PASSCODES, passcodes.delete(digits, kind), once=True)

    @operation(Opcode.PASSCODES)
    async def recover_passcode(
        self,
        original: Secret,
        digits: Secret,
        kind: PasscodeKind,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> None:
        """Put back a passcode that was on the lock before, with the digits it was changed to."""
        data = passcodes.recover(original, digits, kind, start, end, self.key.zone)
        await self._change(Opcode.PASSCODES, data, once=True)

    @operation(Opcode.PASSCODES)
    async def clear_passcodes(self) -> None:
        """Take all passcodes off the lock."""
        await self._change(Opcode.PASSCODES, passcodes.clear(), once=True)

    @operation(Opcode.GET_ADMIN_PASSCODE)
    async def read_admin_passcode(self) -> Secret | None:
        """Return the admin passcode, None when there is none."""
        return info.read_admin_passcode(self._note_first(await self._ask(Opcode.GET_ADMIN_PASSCODE)))

    @operation(Opcode.SET_ADMIN_PASSCODE)
    async def set_admin_passcode(self, digits: Secret) -> None:
        """Set the admin passcode."""
        await self._ask(Opcode.SET_ADMIN_PASSCODE, passcodes.admin_code(digits))

    @operation(Opcode.DELETE_CODE)
    async def set_delete_code(self, digits: Secret) -> None:
        """Set the code that takes all other passcodes off the lock when it is typed."""
        await self._ask(Opcode.DELETE_CODE, passcodes.delete_code(digits))

    @operation(Opcode.INIT_PASSCODES)
    async def set_passcode_seeds(self, of_years: Sequence[YearSeed]) -> None:
        """Give the lock the seeds of random passcodes: all earlier ones open no more."""
        await self._ask(Opcode.INIT_PASSCODES, seeds.encode(of_years), once=True)

    @operation(Opcode.READ_PASSCODE_SEED)
    async def read_passcode_seed(self) -> SeedInUse:
        """Return from what the lock computes random passcodes this year."""
        return seeds.read_in_use(await self._ask(Opcode.READ_PASSCODE_SEED), self.key.zone)

    @operation(Opcode.RESET_PASSCODE_COUNT)
    async def reset_passcode_count(self) -> None:
        """Have the lock count the uses of random passcodes anew."""
        await self._ask(Opcode.RESET_PASSCODE_COUNT, once=True)
