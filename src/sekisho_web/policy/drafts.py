"""What is typed into a draft is saved; what others saved meanwhile is merged in, cell by cell."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.shortcuts import get_object_or_404

from sekisho.policy.editing import Files
from sekisho.policy.merge import Conflict, Side, Where, merged
from sekisho_web.accounts.models import Person
from sekisho_web.policy import operations, versions
from sekisho_web.policy.models import Change, Revision

TRIES = 5  # as many people may save in the same instant


class Clash(Exception):
    """Somebody wrote otherwise what is written here. Nothing was changed."""

    def __init__(self, conflicts: Sequence[Conflict], *, by: Person) -> None:
        super().__init__(", ".join(conflict.place for conflict in conflicts))
        self.conflicts = tuple(conflicts)
        self.by = by  # who saved last


def files_at(change: Change, revision: int | None) -> dict[str, bytes]:
    """Return the tables of `change` as they stood at a revision; None: before any (its base).

    Raises Http404 where the change has no such revision.
    """
    if revision is None:
        return versions.files_of(change.base_id)
    return versions.files_of(get_object_or_404(Revision, pk=revision, change=change).version_id)


def save(
    *,
    change: Change,
    saw: int | None,
    make: Callable[[Files], Files],
    note: str,
    by: Person,
    now: datetime,
    settled: Mapping[Where, Side] | None = None,
) -> Revision | None:
    """Save what `make` does to the tables as they were seen, and return the head afterwards.

    saw:     the revision that the writer had before their eyes (None: the base).
    settled: whose text stands where both wrote, as the writer chose.

    Raises Clash where another save says otherwise, Refused where the change may not be edited,
    Meanwhile where others go on saving; and what `make` raises.
    """
    seen = files_at(change, saw)
    ours = make(seen)
    for _ in range(TRIES):
        change.refresh_from_db(fields=["head"])
        files = ours
        if change.head_id != saw:
            both = merged(seen, ours, files_at(change, change.head_id), settled=settled)
            if both.conflicts:
                raise Clash(both.conflicts, by=change.head.by if change.head else change.author)
            files = both.files
        if files == files_at(change, change.head_id):
            return change.head
        try:
            return operations.save(
                change=change, files=files, expected=change.head_id, note=note, by=by, now=now
            )
        except operations.Meanwhile:
            continue
    raise operations.Meanwhile
