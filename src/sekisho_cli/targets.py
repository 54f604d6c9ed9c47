"""sekisho target: secrets of targets, which stand in a file of the home, and comparing now."""

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

System = Annotated[str, typer.Argument(help="対象システムの符号（例: takuso）")]


def register(app: typer.Typer) -> None:
    targets = typer.Typer(help="反映先（ほかのシステムのID）", no_args_is_help=True)
    targets.command()(secret)
    targets.command()(reconcile)
    app.add_typer(targets, name="target")


def secret(
    system: System,
    home: Home = None,
    forget: Annotated[bool, typer.Option("--forget", help="入れてある秘密を消します")] = False,
) -> None:
    """反映先に入るための秘密を入れます。画面から尋ねるか、標準入力の1行目を読みます。

    秘密は状態フォルダーの targets.toml（持ち主だけが読める）に置かれ、データベースにも、
    コマンドの行にも、記録にも残りません。
    """
    from sekisho.errors import SekishoError
    from sekisho_links.accounts.targets.secrets import keep_secret
    from sekisho_links.postgres import default_home

    where = home or default_home()
    try:
        word = "" if forget else _asked(system)
        where.mkdir(parents=True, exist_ok=True)
        keep_secret(where, system, word)
    except SekishoError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from None
    typer.echo(f"{system} の秘密を{'消しました' if forget else '入れました'}", err=True)


def _asked(system: str) -> str:
    from sekisho.errors import SekishoError

    if sys.stdin.isatty():
        word = typer.prompt(f"{system} の秘密", hide_input=True, confirmation_prompt=True)
    else:
        word = sys.stdin.readline().rstrip("\r\n")
    if not word:
        raise SekishoError(
            "秘密が空です", place=system, remedy="消すときは --forget を付けてください"
        )
    return str(word)


def reconcile(
    systems: Annotated[
        list[str] | None, typer.Argument(help="対象システムの符号。なければすべて")
    ] = None,
    home: Home = None,
) -> None:
    """反映先の一覧を、いま台帳と突き合わせます。違いは「指摘」になります。

    終了コード: 0 すべて一致、1 違いがある、2 突合できない。
    """
    from sekisho.errors import SekishoError
    from sekisho_links.postgres import default_home

    where, words = home or default_home(), list(systems or ())
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


def _run(home: Path, systems: list[str]) -> int:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "django", "reconcile", *systems],
        env=environment(role="app") | {"SEKISHO_HOME": str(home)},
        check=False,
    )
    return {0: SAME, FOUND: DIFFERS}.get(done.returncode, UNUSABLE)
