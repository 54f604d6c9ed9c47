"""Every address of the site, as somebody could type it."""

import re

from django.urls import URLResolver, get_resolver

SAMPLES = {
    "SlugConverter": "takuso",
    "IntConverter": "1",
    "StringConverter": "x",
    "PathConverter": "x/y",
    "UUIDConverter": "00000000-0000-0000-0000-000000000000",
    "VersionName": "0" * 64,
}


def every_address():
    """Return (address, name) of every pattern of the site, with a sample for each variable."""
    return list(_walk(get_resolver(), prefix="/", names=()))


def _walk(resolver, *, prefix, names):
    for entry in resolver.url_patterns:
        path = prefix + _filled(entry.pattern)
        if isinstance(entry, URLResolver):
            below = (*names, entry.namespace) if entry.namespace else names
            yield from _walk(entry, prefix=path, names=below)
        else:
            yield path, ":".join((*names, entry.name or ""))


def _filled(pattern):
    def sample(match):
        return SAMPLES[type(pattern.converters[match["name"]]).__name__]

    return re.sub(r"<(?:[^:>]+:)?(?P<name>[^>]+)>", sample, str(pattern))
