"""Texts that can be written down and sent."""

from .errors import InvalidInput


def check_text(*texts: str | None) -> None:
    """Refuse half a character, as templates and language models may make it; InvalidInput.

    It has no place in UTF-8: the call would break off, and so would every later saving of what holds it.
    """
    try:
        for text in texts:
            (text or "").encode()
    except UnicodeEncodeError:
        raise InvalidInput("text_broken") from None
