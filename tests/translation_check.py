"""A fixture that fails a test in which a text is missing that a user would have read.

It watches flows, actions and repair issues, notes each text of the integration that Home Assistant would look up, and
looks them up itself when the test is over (home-assistant-conventions.md 6.3).
"""

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any
from unittest.mock import patch

from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.config_entries import (
    DISCOVERY_SOURCES,
    ConfigEntriesFlowManager,
    ConfigSubentryFlowManager,
    OptionsFlowManager,
)
from homeassistant.core import HomeAssistant, ServiceRegistry
from homeassistant.data_entry_flow import FlowManager, FlowResultType, section
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.ttlock.const import DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that Home Assistant looks up, under the first of its keys that exists."""

    category: str
    keys: tuple[str, ...]
    given: frozenset[str]
    """Names of the placeholders that are filled in."""
    optional: bool = False


class Watch:
    """The texts and faults that came up in one test."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.texts: list[Text] = []
        self.problems: list[str] = []

    def note(self, category: str, *keys: str, given: Iterable[str] | None = None, optional: bool = False) -> None:
        """Note one text."""
        self.texts.append(Text(category=category, keys=keys, given=frozenset(given or ()), optional=optional))

    async def async_look_up(self, hass: HomeAssistant) -> list[str]:
        """Return what is wrong, one sentence each."""
        problems = list(self.problems)
        for category in {text.category for text in self.texts}:
            known = await async_get_translations(hass, "en", category, {DOMAIN})
            prefix = f"component.{DOMAIN}.{category}."
            problems += [
                f"{category}: {problem}"
                for text in self.texts
                if text.category == category
                for problem in _wrong(text, {key.removeprefix(prefix): value for key, value in known.items()})
            ]
        return sorted(set(problems))


def _wrong(text: Text, known: Mapping[str, str]) -> Iterable[str]:
    key = next((key for key in text.keys if key in known), None)
    if key is None:
        if not text.optional:
            yield f"no text {' or '.join(text.keys)}"
        return
    wanted = {name for _, name, _, _ in Formatter().parse(known[key]) if name}
    if missing := wanted - text.given:
        yield f"{key} has placeholders that nobody fills in: {', '.join(sorted(missing))}"


@pytest.fixture
async def check_translations(hass: HomeAssistant) -> AsyncGenerator[None]:
    """Fail at the end if a text was missing, or if an error had none."""
    watch = Watch()
    handle_step = FlowManager._async_handle_step
    call = ServiceRegistry.async_call
    get_or_create = ir.IssueRegistry.async_get_or_create

    async def watched_handle_step(self: Any, flow: Any, *args: Any, **kwargs: Any) -> Any:
        first = flow.cur_step is None
        result = await handle_step(self, flow, *args, **kwargs)
        unseen = first and result["type"] is FlowResultType.ABORT and flow.context.get("source") in DISCOVERY_SOURCES
        if not unseen and (place := _place(hass, self, flow)) is not None:
            _note_result(watch, *place, result)
        return result

    async def watched_call(self: ServiceRegistry, *args: Any, **kwargs: Any) -> Any:
        try:
            return await call(self, *args, **kwargs)
        except HomeAssistantError as err:
            if err.translation_key is None and not isinstance(err, Unauthorized):
                watch.problems.append(f"actions: {type(err).__name__} without a translation: {err}")
            elif err.translation_domain == DOMAIN:
                watch.note("exceptions", f"{err.translation_key}.message", given=err.translation_placeholders)
            raise

    def watched_get_or_create(self: ir.IssueRegistry, domain: str, issue_id: str, **kwargs: Any) -> ir.IssueEntry:
        if domain == DOMAIN:
            key, given = kwargs["translation_key"], kwargs.get("translation_placeholders")
            watch.note("issues", f"{key}.title", given=given)
            if not kwargs["is_fixable"]:
                watch.note("issues", f"{key}.description", given=given)
        return get_or_create(self, domain, issue_id, **kwargs)

    with (
        patch.object(FlowManager, "_async_handle_step", watched_handle_step),
        patch.object(ServiceRegistry, "async_call", watched_call),
        patch.object(ir.IssueRegistry, "async_get_or_create", watched_get_or_create),
    ):
        yield
    if problems := await watch.async_look_up(hass):
        pytest.fail("Texts that a user would have read:\n  " + "\n  ".join(problems), pytrace=False)


def _place(hass: HomeAssistant, manager: Any, flow: Any) -> tuple[str, str] | None:
    """Return the category of a flow's texts and where they begin, None for flows of others."""
    domain: str | None = None
    category, begin = "config", ""
    if isinstance(manager, ConfigEntriesFlowManager):
        domain = flow.handler
    elif isinstance(manager, OptionsFlowManager):
        category = "options"
        domain = hass.config_entries.async_get_known_entry(flow.handler).domain
    elif isinstance(manager, ConfigSubentryFlowManager):
        category = "config_subentries"
        entry_id, kind = flow.handler
        domain, begin = hass.config_entries.async_get_known_entry(entry_id).domain, f"{kind}."
    elif isinstance(manager, RepairsFlowManager):
        category = "issues"
        domain = flow.handler
        issue = ir.async_get(hass).async_get_issue(flow.handler, flow.issue_id)
        begin = f"{issue.translation_key}.fix_flow." if issue else ""
    return (category, begin) if domain == DOMAIN else None


def _note_result(watch: Watch, category: str, begin: str, result: Mapping[str, Any]) -> None:
    """Note the texts with which the result of a step is shown."""
    given = result.get("description_placeholders")
    step = f"{begin}step.{result.get('step_id')}"
    if result["type"] in (FlowResultType.FORM, FlowResultType.MENU):
        for part in ("title", "description"):
            watch.note(category, f"{step}.{part}", given=given, optional=True)
    if result["type"] is FlowResultType.FORM:
        _note_fields(watch, category, step, result["data_schema"], given)
        for error in (result["errors"] or {}).values():
            watch.note(category, f"{begin}error.{error}", given=given)
    elif result["type"] is FlowResultType.MENU and not isinstance(result["menu_options"], dict):
        for option in result["menu_options"]:
            watch.note(category, f"{step}.menu_options.{option}", given=given)
    elif result["type"] is FlowResultType.SHOW_PROGRESS:
        watch.note(category, f"{begin}progress.{result['progress_action']}", given=given)
    elif result["type"] is FlowResultType.ABORT and result.get("translation_domain") in (None, DOMAIN):
        watch.note(category, f"{begin}abort.{result['reason']}", given=given)


def _note_fields(watch: Watch, category: str, step: str, schema: Any, given: Iterable[str] | None) -> None:
    """Note a label and a description for each field of a form."""
    for field, value in (schema.schema if schema is not None else {}).items():
        if isinstance(value, section):
            watch.note(category, f"{step}.sections.{field}.name", given=given)
            _note_fields(watch, category, f"{step}.sections.{field}", value.schema, given)
        else:
            watch.note(category, f"{step}.data.{field}", given=given)
            watch.note(category, f"{step}.data_description.{field}", given=given)
