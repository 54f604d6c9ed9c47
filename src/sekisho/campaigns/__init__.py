"""What was found not to be as it should be, and what becomes of it."""
