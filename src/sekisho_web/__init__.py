"""Sekisho's records and doors: one Django project, its apps built alike."""
