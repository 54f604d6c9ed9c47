"""The invented group in the database, and its invented people at the door (demo mode only)."""
