"""The doors of terminals."""
