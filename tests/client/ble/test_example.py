"""The script in docs/examples does what docs/bluetooth-library.md says."""

import pytest

from docs.examples import pair_and_manage


async def test_a_lock_is_paired_managed_and_reset(capsys: pytest.CaptureFixture[str]) -> None:
    await pair_and_manage.main()
    said = capsys.readouterr().out
    assert "the first opens: True" in said
    assert "Finger: done" in said
    assert "A guest may not do that" in said
    assert said.endswith("it belongs to nobody.\n")
    assert pair_and_manage.CODE.reveal() not in said
