"""Print the conversations of docs/voice.md: they are held anew, with the virtual house and without a language model."""

import argparse
from contextlib import redirect_stderr, redirect_stdout
import io
from pathlib import Path
import sys
from typing import Final

import pytest

HELD_IN: Final = Path(__file__).with_name("test_voice_conversation.py")
LANGUAGES: Final = ("en", "zh-CN")
TRANSCRIPT: Final = "transcript"


class Listener:
    """Keeps what was said."""

    def __init__(self) -> None:
        self.transcripts: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.transcripts += [str(text) for name, text in report.user_properties if name == TRANSCRIPT]


def main() -> int:
    """Hold the conversations and print them, and what went wrong."""
    parser = argparse.ArgumentParser(prog="script/conversation", description=__doc__)
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help=f"of {', '.join(LANGUAGES)}; all without one")
    languages = parser.parse_args().languages or LANGUAGES
    if unknown := set(languages) - set(LANGUAGES):
        parser.error(f"not among {', '.join(LANGUAGES)}: {', '.join(sorted(unknown))}")
    listener, noise = Listener(), io.StringIO()
    tests = [f"{HELD_IN}::test_a_conversation_goes_as_the_page_shows_it[{language}]" for language in languages]
    with redirect_stdout(noise), redirect_stderr(noise):
        failed = pytest.main(
            ["-q", "-p", "no:cacheprovider", "--tb=short", "--show-capture=no", *tests], plugins=[listener]
        )
    sys.stdout.write("".join(f"{text}\n\n" for text in listener.transcripts))
    if failed:
        sys.stderr.write(noise.getvalue())
    return failed


if __name__ == "__main__":
    sys.exit(main())
