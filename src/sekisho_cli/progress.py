"""What a person sees on stderr while they wait, and how long each step took."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

errors = Console(stderr=True)


class Report(Protocol):
    """What a link calls to say how far it is. total: None where it is not known yet."""

    def __call__(self, done: int, total: int | None = None) -> None: ...


class Steps:
    """The steps of a long command, each with its seconds, printed on stderr as they run."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        self._quiet = quiet

    @contextmanager
    def step(self, name: str, words: str) -> Iterator[Report]:
        """Run one step.

        name:  its key in the JSON of the command (`seconds`), in English.
        words: what the person reads, in Japanese.
        """
        started = perf_counter()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=errors, transient=True, disable=self._quiet) as progress:
            task = progress.add_task(words, total=None)

            def report(done: int, total: int | None = None) -> None:
                progress.update(task, completed=done, total=total)

            yield report
        self.seconds[name] = round(perf_counter() - started, 3)
        if not self._quiet:
            errors.print(f"[green]済[/] {words}（{self.seconds[name]:.1f} 秒）")
