"""The methods of `BleLock`, topic by topic."""
