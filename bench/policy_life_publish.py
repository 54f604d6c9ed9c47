"""Publishing seven tables while sessions read: `policy_life_publish` and `policy_life_switch`.

Two versions differ in a shared sheet, so that the rows of all seven systems are new: lint, proof,
agreed examples, deciding, shipping, reading back and the switch, beside two sessions that look
as fast as some hundred people do. The second line is the usual case: one table of one system.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing import Queue, get_context
from multiprocessing.synchronize import Event
from time import perf_counter, sleep

import psycopg

from bench.gate import KEYS, gate, ticket
from bench.measure import finish, interleaved, report, short
from sekisho.gate.stretches import ticket_version
from sekisho.policy.editing import with_cell
from sekisho.policy.read import read
from sekisho.policy.system import Policy
from sekisho_links import shipped
from sekisho_links.gate import Reader, Switched, put_live, rows
from sekisho_links.policy.folders import files_in
from sekisho_links.postgres import Endpoint
from tests.links.gate.worlds import this_moment, today

BAR = 2.0  # seconds
SESSIONS, PAUSE = 2, 0.03  # each looks some twenty-five times a second, without reading


def versions() -> tuple[Policy, ...]:
    """Return what ships, and versions after it: of all seven tables, and of one alone."""
    files = files_in(shipped("tables"))
    noted = [
        with_cell(files, "項目区分.csv", row="契約", column="既定の考え方", value=f"第{n}案")
        for n in range(3)
    ]
    one = [
        with_cell(files, "託送業務システム/判定表.csv", row="A01", column="備考", value=f"第{n}案")
        for n in range(3)
    ]
    return tuple(read(each) for each in (*noted, *one))


def session(url: str, enough: Event, looks: "Queue[list[float]]") -> None:
    """Look at ten records again and again, in a process of its own, until it is enough."""
    policies = {policy.hash: policy for policy in versions()}
    reader, seconds = Reader(url, key=KEYS.ticket), []
    with psycopg.connect(url, autocommit=True) as asking:
        while not enough.is_set():
            began = perf_counter()
            policy = policies[rows.live_version(asking.cursor()) or ""]
            system = policy.systems["takuso"]
            named = ticket_version(policy, system, today())
            with suppress(Switched), reader.reading("takuso") as reading:
                cursor = reading.under(replace(ticket(policy, now=this_moment()), version=named))
                rows.rows(cursor, system, range(1, 11), fields=tuple(system.fields))
                seconds.append(perf_counter() - began)
            sleep(PAUSE)
    reader.close()
    looks.put(seconds)


@contextmanager
def looking(endpoint: Endpoint) -> Iterator[list[float]]:
    """Let sessions look while the block runs; the list then holds the seconds of every look."""
    spawn = get_context("spawn")
    enough, queue, seconds = spawn.Event(), spawn.Queue(), []
    processes = [
        spawn.Process(target=session, args=(endpoint.url("app"), enough, queue))
        for _ in range(SESSIONS)
    ]
    for process in processes:
        process.start()
    try:
        yield seconds
    finally:
        enough.set()
        for _ in processes:
            seconds += queue.get(timeout=60)
        for process in processes:
            process.join()


def main() -> None:
    *_, first = every = versions()
    rounds, held = (3, True) if short() else (7, True)
    with (
        gate(first, records=2_000 if short() else 20_000) as endpoint,
        psycopg.connect(endpoint.url("owner"), autocommit=True) as owner,
    ):
        # three of each in turn, so that neither is among the two that are kept
        seven = iter([every[n % 3] for n in range(100)])
        single = iter([every[3 + n % 3] for n in range(100)])

        with looking(endpoint) as looks:
            timings = interleaved(
                {
                    "seven": lambda: put_live(owner, next(seven)),
                    "one": lambda: put_live(owner, next(single)),
                },
                rounds=rounds,
            )
    for name, subject in (
        ("seven", "七つの表の公開（すべての行が新しい）"),
        ("one", "一つの表の公開"),
    ):
        seconds = timings[name].median
        held &= report(
            bench="policy_life_publish",
            subject=subject,
            value=seconds,
            floor=BAR,
            ratio=seconds,
            bar=BAR,
            at_most=True,
            rounds=rounds,
            looks=len(looks),
            slowest_look=round(max(looks), 3),
            worst=round(max(timings[name].seconds), 3),
        )
    finish(held=held)


if __name__ == "__main__":
    main()
