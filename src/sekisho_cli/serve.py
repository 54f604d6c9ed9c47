"""Serve the site: the database, its migrations, the web server."""

import os
from pathlib import Path
from typing import Annotated

import typer

from sekisho_cli.progress import Steps, errors
from sekisho_cli.site import Home, database, migrate, serve_until_stopped


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    home: Home = None,
    address: Annotated[str, typer.Option(help="待ち受けるアドレス")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="待ち受けるポート")] = 8600,
) -> None:
    """画面を開きます。DATABASE_URL がなければ内蔵の PostgreSQL 18 も起こします。"""
    from sekisho.errors import SekishoError
    from sekisho_links.postgres import default_home

    if os.geteuid() == 0:
        errors.print("[yellow]root で動いています。本番では、関所だけの利用者で動かしてください[/]")
    steps = Steps()
    where: Path = home or default_home()
    try:
        with database(where):
            with steps.step("migrate", "データベースを整えています"):
                migrate()
            errors.print(
                f"[bold]関所を開きました[/] http://{address}:{port}/ （止めるには Ctrl-C）"
            )
            status = serve_until_stopped(address=address, port=port, demo=False)
    except SekishoError as error:
        errors.print(f"[red]{error}[/]")
        raise typer.Exit(2) from None
    raise typer.Exit(min(status, 1) if status > 0 else 0)
