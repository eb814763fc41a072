"""Where the rows of the acceptance table of voice and automation (section 19) are tested: each by all tests it names."""

import ast
from typing import Final

import pytest

from .source import ROOT, tree

ROWS: Final[dict[str, tuple[str, ...]]] = {
    "V1": ("test_assistants::alexa_finds_what_it_understands",),
    "V2": ("test_assistants::a_failure_after_alexa_said_done_is_told",),
    "V3": (
        "test_assistants::alexa_moves_the_bolt_and_says_so_at_once",
        "test_assistants::alexa_is_told_the_state_in_its_words",
        "test_assistants::alexa_hears_of_what_moved_and_of_nothing_else",
    ),
    "V4": (
        "test_assistants::google_unlocks_with_the_pin_only",
        "test_assistants::google_without_a_pin_locks_only",
    ),
    "V5": ("test_assistants::google_reads_no_opening_into_a_poll",),
    "V6": ("test_assistants::only_the_door_is_exposed_by_itself",),
    "V7": (
        "test_assistants::assist_unlocks_what_is_exposed_and_asks_for_no_code",
        "test_assistants::an_agent_cannot_unlock_where_a_code_is_asked_for",
    ),
    "V8": (
        "test_assistants::assist_unlocks_what_is_exposed_and_asks_for_no_code",
        "test_unlock_code::the_code_unlocks_and_locking_needs_none",
    ),
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
        "test_voice_tools::a_caller_whom_nobody_knows_hears_names_only_if_wanted",
    ),
    "L4": ("test_voice_tools::who_may_not_changes_nothing",),
    "L5": (
        "test_voice_tools::a_model_that_agrees_with_itself_does_nothing",
        "test_voice_tools::what_was_changed_since_is_not_what_was_agreed_to",
        "test_voice_tools::a_yes_counts_once_soon_and_in_its_own_conversation",
    ),
    "L6": ("test_voice_tools::a_client_without_conversation_reads_as_administrator_only",),
    "L7": (
        "test_voice_tools::wrong_arguments_are_refused_and_the_conversation_goes_on",
        "test_voice_tools::a_period_that_no_lock_takes_is_refused_before_anybody_is_asked",
    ),
    "L8": ("test_voice_tools::more_than_five_writes_an_hour_are_refused",),
    "L9": (
        "test_voice_tools::a_guest_gets_a_code_after_the_user_has_said_yes",
        "test_voice_tools::a_yes_counts_once_soon_and_in_its_own_conversation",
        "canaries/test_own_ways::digits_are_where_their_callers_put_them",
    ),
    "A1": ("test_triggers::triggers_of_home_assistant_hear_access_and_alarm_by_area_label_and_device",),
    "A2": (
        "test_triggers::each_record_triggers_once_in_whatever_company_and_by_whatever_road_it_comes",
        "test_records::the_same_person_twice_is_two_events_and_no_record_is_told_twice",
    ),
    "A3": ("test_triggers::who_unlocked_and_how_decides",),
    "A4": ("test_event_automations::after_an_outage_news_are_news_and_the_rest_is_late_but_alarms_are_alarms",),
    "A5": ("test_triggers::who_unlocked_and_how_decides", "test_triggers::why_it_did_not_trigger_is_in_the_trace"),
    "A6": (
        "test_triggers::a_trigger_that_makes_no_sense_is_refused",
        "test_triggers::an_automation_with_a_field_that_is_not_known_is_a_repair_and_nothing_else_suffers",
    ),
    "A7": (
        "test_triggers::who_unlocked_last_is_known_over_a_restart_without_any_name_in_a_file",
        "test_triggers::who_may_enter_now_is_known_by_period",
    ),
    "A8": ("test_triggers::without_triggers_there_are_locks_all_the_same",),
    "A9": (
        "test_records::the_activity_page_tells_who_and_how",
        "test_record_options::names_are_told_but_kept_in_the_database_only_if_wanted",
    ),
    "B1": (
        "test_blueprints::there_are_fifteen",
        "test_blueprints::a_blueprint_is_sound",
        "test_blueprints::with_what_has_to_be_chosen_and_with_all_that_can_be_all_are_automations_and_scripts",
        "test_blueprint_languages::each_text_is_there_in_a_language_and_no_other",
        "test_blueprint_languages::in_a_language_all_are_sound_and_the_same_in_what_they_do",
    ),
    # In the order of section 16; scenarios without a blueprint are with the nearest one.
    "B2": (
        "test_blueprints::who_came_home_is_told_once_and_who_leaves_is_not",
        "test_blueprints::only_the_chosen_people_come_home",
        "test_blueprints::a_person_is_told_by_name_and_can_be_chosen_by_it",
        "test_event_automations::the_automations_of_the_documentation_run",
        "test_blueprints_locking::the_automations_of_the_page_ask_about_who_is_away_and_who_comes_home",
    ),
    "B3": (
        "test_blueprints::silence_is_told_by_day_and_again_each_day_over_a_restart",
        "test_blueprints::a_silence_that_began_before_the_start_is_told_at_once_if_it_is_known",
        "test_blueprints::a_restart_does_not_tell_the_same_silence_twice",
        "test_event_automations::after_an_outage_news_are_news_and_the_rest_is_late_but_alarms_are_alarms",
    ),
    "B4": ("test_blueprints::alarms_that_come_together_are_all_told",),
    "B5": (
        "test_blueprints::a_door_that_is_left_open_is_told_again_and_again_until_it_is_closed",
        "test_blueprints::a_door_that_is_open_when_home_assistant_starts_is_told_once",
        "test_blueprints::a_door_that_is_heard_of_long_after_the_start_is_told",
    ),
    "B6": (
        "test_blueprints::at_night_a_door_is_locked_or_somebody_is_told_why_not",
        "test_blueprints::a_lock_of_another_maker_gets_a_minute_to_say_that_it_is_locked",
    ),
    "B7": (
        "test_blueprints_locking::a_door_is_locked_some_time_after_it_was_closed_unless_passage_mode_is_on",
        "test_blueprints_locking::a_lock_that_does_not_lock_is_told_once_and_not_tried_for_ever",
        "test_blueprints_locking::a_door_that_is_unlocked_when_home_assistant_starts_or_after_an_outage_is_locked",
        "test_blueprints_locking::a_door_is_locked_whatever_was_out_of_reach_before",
    ),
    "B8": (
        "test_blueprints_locking::everything_is_locked_when_everybody_has_left_and_what_is_not_is_told",
        "test_blueprints_locking::the_automations_of_the_page_ask_about_who_is_away_and_who_comes_home",
    ),
    "B9": (
        "test_blueprints::a_battery_that_is_low_is_told_when_it_falls_and_every_day",
        "test_blueprints::batteries_that_fall_together_are_all_told",
        "test_battery_forecast::the_day_on_which_a_battery_will_be_low_is_foreseen_where_the_past_tells_it",
    ),
    "B10": (
        "test_blueprints_locking::a_lock_out_of_reach_is_told_once_and_when_it_is_back",
        "test_blueprints_locking::a_lock_that_is_out_of_reach_when_home_assistant_starts_is_told",
    ),
    "B11": (
        "test_blueprints_locking::only_chosen_people_unlock_for_a_visitor_once_and_soon",
        "test_blueprints_locking::nobody_unlocks_for_a_visitor_if_nobody_chosen_has_a_user",
    ),
    "B12": ("test_blueprints::guests_arrive_once_also_if_that_is_learned_late",),
    "B13": ("test_blueprints_locking::the_end_of_access_is_told_before",),
    "B14": (
        "test_blueprints::a_command_that_failed_is_told_with_its_cause",
        "test_assistants::a_failure_after_alexa_said_done_is_told",
    ),
    "B15": (
        "test_blueprints_locking::a_lockdown_ends_passage_mode_locks_all_and_tells_what_stayed_open",
        "test_blueprints_locking::a_one_time_code_is_sent_once_for_one_wish_and_seen_nowhere_else",
    ),
    "B16": (
        "test_blueprint_install::they_are_put_beside_the_examples_of_home_assistant_and_can_be_used",
        "test_blueprint_install::what_an_earlier_release_wrote_is_brought_up_to_date_and_what_the_user_changed_is_not",
        "test_blueprint_install::a_new_release_brings_them_up_to_date_when_home_assistant_has_started",
        "test_blueprint_install::a_file_that_was_there_before_is_the_users",
        "test_blueprint_install::with_the_last_account_they_go_unless_they_are_in_use_or_changed",
    ),
    "S1": (
        "canaries/test_own_ways::digits_are_where_their_callers_put_them",
        "canaries/test_home_assistant::home_assistant_keeps_what_passes_through_it",
        "canaries/test_home_assistant::the_recorder_leaves_out_what_the_page_tells_it_to",
        "test_action_rules::the_socket_has_no_other_way_to_codes",
    ),
    "S2": (
        "canaries/test_own_ways::digits_are_where_their_callers_put_them",
        "test_one_time_code::who_pressed_gets_the_code_on_the_phone",
    ),
    "S3": (
        "test_message_templates::every_text_of_known_placeholders_is_filled_in",
        "test_message_templates::the_refusal_names_what_is_wrong",
        "test_message_templates::any_text_is_filled_in_or_refused",
        "test_share_access::a_timed_code_opens_from_start_to_end",
        "test_share_access::nothing_but_known_placeholders_is_taken",
    ),
    "S4": (
        "test_share_access::unknown_recipients_are_refused_before_anything_is_made",
        "test_share_access::one_failing_recipient_does_not_keep_others_from_the_code",
        "test_share_access::a_code_that_reached_nobody_is_named_and_can_be_sent_again",
    ),
    "S5": ("test_record_options::names_are_told_but_kept_in_the_database_only_if_wanted",),
    "S6": (
        "test_action_rules::only_administrators_call_what_is_for_administrators",
        "test_action_rules::an_administrator_makes_a_code_over_the_socket",
        "test_action_rules::the_socket_has_no_other_way_to_codes",
        "access/test_calendar_writing::who_may_not_control_the_calendar_may_not_write",
    ),
    "S7": (
        "test_action_rules::what_changes_access_is_for_administrators",
        "test_action_rules::only_administrators_call_what_is_for_administrators",
        "test_action_rules::administrators_and_automations_call_what_is_for_administrators",
        "test_share_access::only_administrators_and_automations_share",
    ),
}


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


def test_every_row_is_named() -> None:
    """No row is forgotten; they stand in the order of the table."""
    last = {"V": 11, "L": 9, "A": 9, "B": 16, "S": 7}
    assert list(ROWS) == [f"{letter}{number}" for letter, end in last.items() for number in range(1, end + 1)]
