"""The doors of people and IDs, one module a subject."""
