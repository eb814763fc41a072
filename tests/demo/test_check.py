"""The runner of `script/demo --check` has to tell the truth about its steps."""

from typing import cast

import pytest

from simulator.demo.check import run_steps
from simulator.demo.stage import Failed, Stage, Step


async def _works(stage: Stage) -> None:
    """Do nothing."""


async def _fails(stage: Stage) -> None:
    raise Failed("the bolt did not move")


async def test_a_failed_step_is_named_and_the_next_ones_still_run(capsys: pytest.CaptureFixture[str]) -> None:
    """One failure does not hide what else works."""
    steps = (Step("first", _works), Step("second", _fails), Step("third", _works))

    failures = await run_steps(cast(Stage, None), steps)

    assert failures == {"second": "the bolt did not move"}
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok", "FAILED", "ok"]
    assert lines[1].endswith("second: the bolt did not move")


async def test_steps_after_a_needed_one_count_as_failed() -> None:
    """What could not be tried did not pass."""
    steps = (Step("needed", _fails, needed=True), Step("later", _works))

    failures = await run_steps(cast(Stage, None), steps)

    assert list(failures) == ["needed", "later"]


async def test_a_mistake_in_a_step_is_a_failure_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """An answer of another shape than promised must not end the check without a result."""

    async def mistaken(stage: Stage) -> None:
        raise KeyError("passcodes")

    failures = await run_steps(cast(Stage, None), (Step("mistaken", mistaken), Step("later", _works)))

    assert failures == {"mistaken": "KeyError('passcodes')"}
    assert "Traceback" in caplog.text
