"""Which database a command works on: one that runs, or one that is woken for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database_of(home: Path, *, what: str) -> Iterator[tuple[str, Path]]:
    """Yield the owner's address of the database of `home`, started where it is asleep.

    And its home, which is that of the demo where there is no other.
    what: what is looked for there, for the sentence where there is none.
    """
    from sekisho.errors import SekishoError
    from sekisho_links.postgres import Supervisor, running

    for place in (home, home / "demo"):
        if endpoint := running(place):
            yield endpoint.url("owner"), place
            return
    for place in (home, home / "demo"):
        if (place / "postgres" / "data").is_dir():
            with Supervisor(place) as endpoint:
                yield endpoint.url("owner"), place
            return
    raise SekishoError(
        f"{what}のデータベースがありません",
        place=str(home),
        remedy="sekisho demo か sekisho serve を一度実行するか、--home を指定してください",
    )
