"""The demo: the virtual TTLock world and a real Home Assistant side by side."""
