"""Canaries: numbers that open doors, let loose in a house and looked for wherever Home Assistant keeps anything."""
