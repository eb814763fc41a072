"""The Bluetooth face of the virtual locks: `air` is where to begin, `peripheral` what a client sees of a lock."""
