"""The vendor's open cloud API."""
