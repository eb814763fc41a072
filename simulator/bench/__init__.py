"""Measurements of the integration in a real Home Assistant, with public tools only."""
