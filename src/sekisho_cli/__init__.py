"""Sekisho's command: text in, text out, an exit status."""
