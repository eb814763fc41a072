"""A list of the keys of a lock that somebody should look at: those that end, have ended, or are not as they should be.

Completing an item takes a key off the lock only if it opens nothing any more. Of everything else it only takes note.
"""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.todo.const import TodoItemStatus, TodoListEntityFeature
from homeassistant.components.todo.entity import TodoItem, TodoListEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoredExtraData, RestoreEntity
from homeassistant.util import dt as dt_util

from .access_notes import Note, notes_of
from .access_words import description_of, kind_word, name_of, word
from .actions.outcomes import raise_unless_done
from .book_entity import BookEntity
from .client.errors import InvalidInput, NotFound
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, async_add_lock_entities
from .errors import translated
from .lock_coordinator import LockCoordinator

PARALLEL_UPDATES = 0

TAKEN: Final = "taken"
"""Where Home Assistant keeps the notes that somebody has taken."""


@dataclass(frozen=True, kw_only=True)
class LockTodoDescription(LockEntityDescription):
    """Describe a list of a lock."""


EXPIRING = LockTodoDescription(
    key="expiring",
    translation_key="expiring",
    # Without category every voice assistant would read out who has a key (voice-and-automation.md 9).
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    supported_fn=lambda data: data.ekey.may_manage,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the lists of an account's locks."""
    async_add_lock_entities(entry, async_add_entities, (EXPIRING,), ExpiringAccess)


class ExpiringAccess(BookEntity, TodoListEntity, RestoreEntity):
    """The keys of a lock that deserve attention."""

    entity_description: LockTodoDescription
    _attr_supported_features = TodoListEntityFeature.UPDATE_TODO_ITEM | TodoListEntityFeature.DELETE_TODO_ITEM

    def __init__(self, coordinator: LockCoordinator, description: LockTodoDescription) -> None:
        """Know of no note that was taken."""
        super().__init__(coordinator, description)
        self._taken: set[str] = set()

    @override
    async def async_added_to_hass(self) -> None:
        """Remember which notes were taken."""
        if last := await self.async_get_last_extra_data():
            self._taken = set(last.as_dict().get(TAKEN, ()))
        await super().async_added_to_hass()

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Keep which notes were taken."""
        return RestoredExtraData({TAKEN: sorted(self._taken)})

    @property
    @override
    def todo_items(self) -> list[TodoItem] | None:
        """Return what is to be looked at, what matters most first."""
        return [self._item(note) for note in self._notes]

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Complete an item; nothing else about it can be changed."""
        with translated(self.hass, self.coordinator.config_entry, self.coordinator.name):
            note = self._note(item.uid)
            if item.status == TodoItemStatus.COMPLETED:
                await self._async_complete(note)
            elif item.summary != self._item(note).summary:
                raise InvalidInput("todo_item_fixed")

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        """Do the same as for completing."""
        with translated(self.hass, self.coordinator.config_entry, self.coordinator.name):
            for note in [self._note(uid) for uid in uids]:
                await self._async_complete(note)

    @property
    def _notes(self) -> list[Note]:
        """Return one note for each key, the most important of those that nobody has taken."""
        now = dt_util.utcnow()
        found = (
            next((note for note in notes_of(access, now) if note.mark not in self._taken), None)
            for access in self.book.accesses
        )
        return sorted((note for note in found if note is not None), key=lambda note: note.urgency)

    def _note(self, uid: str | None) -> Note:
        note = next((note for note in self._notes if note.uid == uid), None)
        if note is None:
            raise NotFound("todo_item_gone")
        return note

    async def _async_complete(self, note: Note) -> None:
        if note.concern.is_over:
            outcome = await self.book.async_remove(note.access, unless_changed=True)
            if outcome is not None:
                raise_unless_done(self.coordinator, outcome)
        else:
            self._taken = {mark for mark in self._taken if self._still_means_something(mark)} | {note.mark}
        self.async_write_ha_state()

    def _still_means_something(self, mark: str) -> bool:
        return any(mark == note.mark for access in self.book.accesses for note in notes_of(access, dt_util.utcnow()))

    def _item(self, note: Note) -> TodoItem:
        hass, access = self.hass, note.access
        summary = word(hass, f"concern_{note.concern.value}", name=name_of(hass, access), kind=kind_word(hass, access))
        effect = word(hass, "completing_removes" if note.concern.is_over else "completing_takes_note")
        # The list shows one line, and its summary says the kind already.
        lines = description_of(hass, self.coordinator, access).splitlines()[1:]
        return TodoItem(
            uid=note.uid,
            summary=summary,
            status=TodoItemStatus.NEEDS_ACTION,
            due=None if note.due is None else note.due.astimezone(self.facts.zone),
            description=" · ".join((*lines, effect)),
        )
