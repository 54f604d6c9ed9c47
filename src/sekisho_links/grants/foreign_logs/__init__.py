"""Logs and manual records of systems that others run: read as declared, every fault by line."""

from sekisho_links.grants.foreign_logs.declared import BadSource, Source, source_in, source_of
from sekisho_links.grants.foreign_logs.reading import CP932, UTF8, Entry, Reading, read

__all__ = [
    "CP932",
    "UTF8",
    "BadSource",
    "Entry",
    "Reading",
    "Source",
    "read",
    "source_in",
    "source_of",
]
