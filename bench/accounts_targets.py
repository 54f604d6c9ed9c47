"""Other systems are told of a transfer day, and read back: three SCIM servers that take 50 ms.

The hands of the provisioner are the real ones, as many as it has; only their clock is set to the
midnight of the transfer. The servers are a process of their own: every answer waits 50 ms, so
that what is measured is how many answers are waited for at once. The floor is what sixteen hands
cannot go below: a look, a word and a look on a fresh connection for each ID.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from bench.accounts_world import SYSTEMS
from bench.measure import report, short
from sekisho.terms.days import jst_day
from tests.links.gate.worlds import this_moment

WITHIN, WAIT, STEPS = 300.0, 0.05, 3
LONGEST = 900.0


def serve(pipe: Connection) -> None:
    """Be a SCIM server for users of any id, each of whom is active until told otherwise."""
    active: dict[str, bool] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                method, path, _ = line.decode().split()
                length = 0
                while (header := await reader.readline()).strip():
                    name, _, value = header.decode().partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                body = json.loads(await reader.readexactly(length)) if length else {}
                await asyncio.sleep(WAIT)
                said = json.dumps(_said(active, method, path, body)).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\n"
                    + b"Content-Length: %d\r\n\r\n" % len(said)
                    + said
                )
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
        pipe.send(server.sockets[0].getsockname()[1])
        async with server:
            await server.serve_forever()

    asyncio.run(main())


def _said(active: dict[str, bool], method: str, path: str, body: dict[str, object]) -> object:
    core = "urn:ietf:params:scim:schemas:core:2.0:"
    if path.endswith("/ServiceProviderConfig"):
        return {
            "schemas": [f"{core}ServiceProviderConfig"],
            "patch": {"supported": True},
            "filter": {"supported": True, "maxResults": 200},
            **{name: {"supported": False} for name in ("bulk", "changePassword", "sort", "etag")},
            "authenticationSchemes": [],
        }
    key = path.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    if method == "PATCH":
        for operation in body.get("Operations", ()):  # type: ignore[attr-defined]
            if operation["path"] == "active":
                active[key] = bool(operation["value"])
    return {
        "schemas": [f"{core}User"],
        "id": key,
        "userName": key,
        "active": active.get(key, True),
    }


def run(home: Path, *, day: date, movers: int) -> list[bool]:
    """Measure how long it takes until every ID that ends at `day` is verified as stopped."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    server = spawn.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    try:
        return [_measured(home, port=ours.recv(), day=day, movers=movers)]
    finally:
        server.kill()
        server.join()


def _measured(home: Path, *, port: int, day: date, movers: int) -> bool:
    from sekisho_web.accounts.management.commands.provisioner import HANDS
    from sekisho_web.accounts.models import Push, System, Target
    from sekisho_web.accounts.operations import sweeping
    from sekisho_web.accounts.provisioning import Desk

    for key in SYSTEMS:
        Target.objects.create(
            system=System.objects.get(key=key),
            kind="scim",
            address={"url": f"http://127.0.0.1:{port}/{key}", "timeout": 30},
        )
    shift = jst_day(day) - this_moment() + timedelta(milliseconds=1)

    def clock() -> datetime:
        return this_moment() + shift

    wanted = movers * len(SYSTEMS)
    began = monotonic()
    planned = sweeping.sweep(now=clock())
    swept = monotonic() - began
    desk = Desk(home)
    over: list[bool] = []
    hands = [Thread(target=_hand, args=(desk, clock, over)) for _ in range(HANDS)]
    for hand in hands:
        hand.start()
    done = 0
    mine = Push.objects.filter(account__person__login__in=[f"p{n}" for n in range(1, movers + 1)])
    while done < wanted and monotonic() - began < LONGEST:
        sleep(0.5)
        done = mine.filter(state=Push.State.VERIFIED).count()
    seconds = monotonic() - began
    over.append(True)
    for hand in hands:
        hand.join()
    desk.close()
    late = sorted(
        (verified - effective).total_seconds()
        for verified, effective in mine.filter(state=Push.State.VERIFIED).values_list(
            "verified_at", "effective_at"
        )
    )
    assert done == wanted, (done, wanted, planned)
    return report(
        bench="accounts_targets",
        subject="異動の日の反映がすべて確かめられるまで",
        value=seconds,
        floor=wanted * STEPS * WAIT / HANDS,
        ratio=seconds / (WITHIN * (0.2 if short() else 1)),
        bar=1,
        at_most=True,
        rounds=1,
        pushes=wanted,
        planned=planned,
        sweep_seconds=round(swept, 2),
        hands=HANDS,
        lag_median=round(late[len(late) // 2], 1),
        lag_p99=round(late[int(len(late) * 0.99)], 1),
    )


def _hand(desk: object, clock: Callable[[], datetime], over: list[bool]) -> None:
    from django.db import connection

    from sekisho_web.accounts import provisioning

    try:
        while not over:
            if not provisioning.one_round(desk, clock=clock):  # type: ignore[arg-type]
                sleep(0.2)
    finally:
        connection.close()
