"""The shipped table of viewer classes, read once."""

from collections.abc import Mapping
from functools import cache

from sekisho.accounts.classes import ViewerClass, read
from sekisho_links import shipped


@cache
def viewer_classes() -> Mapping[tuple[str, str], ViewerClass]:
    path = shipped("content", "viewer_classes.csv")
    return read(path.read_text(encoding="utf-8-sig"), place=path.name)
