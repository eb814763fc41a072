"""Stand-in for pymicro-vad, which has no wheel for Python 3.14 and would need a C++ compiler.

Home Assistant's voice pipeline imports it when it starts; without it the web interface does not load. Nothing in
this project listens to a microphone.
"""


class MicroVad:
    """Hear no voice."""

    def Process10ms(self, audio: bytes) -> float:
        """Return the probability of speech."""
        return 0.0
