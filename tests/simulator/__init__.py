"""Tests of the virtual TTLock world."""
