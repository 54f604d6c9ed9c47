"""What is typed about people and IDs, one module a subject."""
