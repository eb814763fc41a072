"""What voice assistants and chat agents may learn and do beyond the lock entity (voice-and-automation.md 12, 13, 17)."""
