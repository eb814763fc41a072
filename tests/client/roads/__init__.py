"""Two roads to one lock."""
