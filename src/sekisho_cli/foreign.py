"""sekisho grants reconcile: a record of a foreign system, received and compared line by line."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from sekisho_cli.homes import database_of
from sekisho_cli.site import Home, environment

SAME, DIFFERS, UNUSABLE = 0, 1, 2
FOUND = 3  # what Django's command says where a line does not match: 1 is any accident


def reconcile(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="届いたままの記録（Excel か CSV）"),
    ],
    first_on: Annotated[str, typer.Option(help="記録が覆う最初の日（2026-04-01）")],
    last_on: Annotated[str, typer.Option(help="記録が覆う最後の日（2026-04-30）")],
    system: Annotated[str, typer.Option(help="対象システムの符号")] = "saiene",
    manual: Annotated[bool, typer.Option("--manual", help="手書きの利用記録のとき")] = False,
    encoding: Annotated[
        str, typer.Option(help="CSV の文字の種類（utf-8-sig か cp932）")
    ] = "utf-8-sig",
    said_lines: Annotated[int | None, typer.Option(help="持ち主の言う行数")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="結果を JSON で出す")] = False,
    home: Home = None,
) -> None:
    """関門を通らないシステムの記録を受け取り、一行ずつ利用許可と照らします。

    区分と行数を一行ずつ出します。照合済でない行は「指摘」になります。

    終了コード: 0 すべて照合済、1 照合済でない行がある、2 受け取れない。
    """
    from sekisho.errors import SekishoError
    from sekisho_links.postgres import default_home

    where = home or default_home()
    words = [
        str(file.resolve()),
        f"--system={system}",
        f"--first-on={first_on}",
        f"--last-on={last_on}",
        f"--encoding={encoding}",
        *(["--manual"] if manual else []),
        *([f"--said-lines={said_lines}"] if said_lines is not None else []),
        *(["--json"] if as_json else []),
    ]
    try:
        if os.environ.get("DATABASE_URL"):
            status = _run(where, words)
        else:
            with database_of(where, what="突合") as (_, place):
                status = _run(place, words)
    except SekishoError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from None
    raise typer.Exit(status)


def _run(home: Path, words: list[str]) -> int:
    """Return the status of the command, run as the owner in a process of its own."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "django", "foreign_log", *words],
        env=environment(role="app") | {"SEKISHO_HOME": str(home)},
        check=False,
    )
    return {0: SAME, FOUND: DIFFERS}.get(done.returncode, UNUSABLE)
