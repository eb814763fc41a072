"""One demo for each clone, and a fresh start that is fresh."""

from pathlib import Path

import pytest

from simulator.demo.session import LOCK_FILE, AlreadyRunning, clear, own_folder


def test_a_second_demo_is_turned_away(tmp_path: Path) -> None:
    """Two Home Assistants in one folder would spoil it."""
    with own_folder(tmp_path / "demo"), pytest.raises(AlreadyRunning), own_folder(tmp_path / "demo"):
        pass


def test_the_folder_is_free_afterwards(tmp_path: Path) -> None:
    """A demo that ended leaves nothing behind that stops the next."""
    for _ in range(2):
        with own_folder(tmp_path / "demo"):
            pass


def test_a_fresh_start_spares_what_a_link_points_to(tmp_path: Path) -> None:
    """The integration is linked into the folder and must survive."""
    integration = tmp_path / "integration"
    integration.mkdir()
    (integration / "manifest.json").touch()
    folder = tmp_path / "demo"
    with own_folder(folder):
        (folder / "custom_components").mkdir()
        (folder / "custom_components" / "ttlock").symlink_to(integration)
        (folder / "linked").symlink_to(integration)

        clear(folder)

        assert [path.name for path in folder.iterdir()] == [LOCK_FILE]
    assert (integration / "manifest.json").exists()
