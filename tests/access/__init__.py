"""Who may open a lock, shown in calendars, lists and sensors of Home Assistant."""
