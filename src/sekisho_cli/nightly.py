"""sekisho nightly: what should be against what is."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from sekisho_cli.homes import database_of
from sekisho_cli.site import Home, environment

SAME, DIFFERS, UNUSABLE = 0, 1, 2

FOUND = 3  # what Django's command says where something differs: 1 is any accident


def register(app: typer.Typer) -> None:
    app.command()(nightly)


def nightly(
    home: Home = None,
    sample: Annotated[
        int, typer.Option(min=1, help="もう一度判定する閲覧の記録の数（その日の乱数で選びます）")
    ] = 100_000,
    as_json: Annotated[
        bool, typer.Option("--json", help="結果を JSON で標準出力に書きます。")
    ] = False,
) -> None:
    """照合を行います（記録と判定、効き目の行、列、版、不変条件、マスク、見張り、期限）。

    違いは「指摘」になり、台帳に残ります。画面を開いていれば毎晩 2 時に自動で行われます。
    終了コード: 0 すべて一致、1 違いがある、2 照合できない。
    """
    from sekisho.errors import SekishoError
    from sekisho_links.postgres import default_home

    where = home or default_home()
    try:
        if os.environ.get("DATABASE_URL"):
            status = _run(where, sample, as_json=as_json)
        else:
            with database_of(where, what="照合") as (_, place):
                status = _run(place, sample, as_json=as_json)
    except SekishoError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from None
    raise typer.Exit(status)


def _run(home: Path, sample: int, *, as_json: bool) -> int:
    """Return the status of the self-check, made as the owner in a process of its own."""
    done = subprocess.run(  # noqa: S603
        [
            sys.executable,
            "-m",
            "django",
            "nightly",
            "--sample",
            str(sample),
            *(["--json"] if as_json else []),
        ],
        env=environment(role="owner") | {"SEKISHO_HOME": str(home)},
        check=False,
    )
    return {0: SAME, FOUND: DIFFERS}.get(done.returncode, UNUSABLE)
