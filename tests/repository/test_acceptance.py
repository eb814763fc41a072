"""Where the rows of the acceptance table of voice and automation (section 19) are tested.

The tests are found by their names; that every word of each row is asserted has not been checked line by line. Rows
whose tests are not named yet are in NOT_ASSIGNED.
"""

import ast
from typing import Final

import pytest

from .source import ROOT, tree

ROWS: Final[dict[str, tuple[str, ...]]] = {
    "V1": ("test_assistants::alexa_finds_what_it_understands",),
    "V2": ("test_assistants::a_failure_after_alexa_said_done_is_told",),
    "V3": (
        "test_assistants::alexa_is_told_the_state_in_its_words",
        "test_assistants::alexa_hears_of_what_moved_and_of_nothing_else",
    ),
    "V4": ("test_assistants::google_unlocks_with_the_pin_only",),
    "V5": ("test_assistants::google_reads_no_opening_into_a_poll",),
    "V6": ("test_assistants::only_the_door_is_exposed_by_itself",),
    "V7": (
        "test_assistants::assist_unlocks_what_is_exposed_and_asks_for_no_code",
        "test_assistants::an_agent_cannot_unlock_where_a_code_is_asked_for",
    ),
    "V8": ("test_unlock_code::the_code_unlocks_and_locking_needs_none",),
    "V9": ("test_assistants::assist_understands_chinese",),
    "V10": (
        "test_sentences::who_opened_is_answered_with_a_name_only_if_wanted",
        "test_sentences::a_lock_that_is_not_exposed_is_not_talked_about",
    ),
    "V11": ("test_sentences::sentences_are_taken_away",),
    "L1": ("test_voice_tools::a_lock_that_is_not_exposed_has_no_tools",),
    "L2": ("test_voice_tools::tools_are_described_as_home_assistant_wants_them",),
    "L3": (
        "test_voice_tools::who_opened_is_told_newest_first",
        "test_voice_tools::who_has_access_is_told_without_digits",
    ),
    "L4": ("test_voice_tools::who_may_not_changes_nothing",),
    "L5": (
        "test_voice_tools::a_model_that_agrees_with_itself_does_nothing",
        "test_voice_tools::what_was_changed_since_is_not_what_was_agreed_to",
        "test_voice_tools::a_yes_counts_once_soon_and_in_its_own_conversation",
    ),
    "L6": ("test_voice_tools::a_client_without_conversation_reads_as_administrator_only",),
    "L7": ("test_voice_tools::wrong_arguments_are_refused_and_the_conversation_goes_on",),
    "L8": ("test_voice_tools::more_than_five_writes_an_hour_are_refused",),
    "A2": ("test_records::the_same_person_twice_is_two_events_and_no_record_is_told_twice",),
    "A4": ("test_event_automations::after_an_outage_news_are_news_and_the_rest_is_late_but_alarms_are_alarms",),
    # Nothing found that reads the reason in the trace (A5) or the repair issue (A6).
    "A5": ("test_triggers::who_unlocked_and_how_decides",),
    "A6": ("test_triggers::a_trigger_that_makes_no_sense_is_refused",),
    "A7": (
        "test_triggers::who_unlocked_last_is_known_over_a_restart_without_any_name_in_a_file",
        "test_triggers::who_may_enter_now_is_known_by_period",
    ),
    "A9": ("test_records::the_activity_page_tells_who_and_how",),
    "B1": ("test_blueprints::a_blueprint_is_sound",),
    "B16": (
        "test_blueprint_install::they_are_put_beside_the_examples_of_home_assistant_and_can_be_used",
        "test_blueprint_install::with_the_last_account_they_go_unless_they_are_in_use_or_changed",
    ),
    "S3": ("test_message_templates::any_text_is_filled_in_or_refused",),
    "S4": ("test_share_access::one_failing_recipient_does_not_keep_others_from_the_code",),
    "S5": ("test_record_options::names_are_told_but_kept_in_the_database_only_if_wanted",),
    "S7": ("test_action_rules::what_changes_access_is_for_administrators",),
}
NOT_ASSIGNED: Final = {"L9", "A1", "A3", "A8", "S1", "S2", "S6"} | {f"B{number}" for number in range(2, 16)}
"""Rows whose tests nobody has named here yet; that says nothing about whether there are some."""


@pytest.mark.parametrize(("row", "test"), [(row, test) for row, tests in ROWS.items() for test in tests])
def test_every_named_test_exists(row: str, test: str) -> None:
    """A row names tests that are there."""
    module, name = test.split("::")
    found = {
        node.name
        for node in tree(ROOT / "tests" / f"{module}.py").body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert f"test_{name}" in found, row


def test_every_row_is_accounted_for() -> None:
    """No row is forgotten, and none is both named and open."""
    last = {"V": 11, "L": 9, "A": 9, "B": 16, "S": 7}
    rows = {f"{letter}{number}" for letter, end in last.items() for number in range(1, end + 1)}
    assert ROWS.keys() | NOT_ASSIGNED == rows
    assert not ROWS.keys() & NOT_ASSIGNED
