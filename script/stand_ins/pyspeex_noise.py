"""Stand-in for pyspeex-noise, which has no wheel for Python 3.14 and would need a C++ compiler.

Home Assistant's voice pipeline imports it when it starts; without it the web interface does not load. Nothing in
this project listens to a microphone.
"""

from typing import NamedTuple


class ProcessedAudio(NamedTuple):
    """Sound as it came in."""

    audio: bytes


class AudioProcessor:
    """Leave sound as it is."""

    def __init__(self, auto_gain: int, noise_suppression: int) -> None:
        """Take the settings that the original takes."""

    def Process10ms(self, audio: bytes) -> ProcessedAudio:
        """Return the sound."""
        return ProcessedAudio(audio)
