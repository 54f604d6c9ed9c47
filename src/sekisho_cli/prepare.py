"""Make the roles of Sekisho in somebody's own PostgreSQL, once, as its administrator."""

import secrets
from typing import Annotated

import typer

from sekisho_cli.progress import errors

OLDEST = 180000  # server_version_num of PostgreSQL 18.0


def register(app: typer.Typer) -> None:
    app.command()(prepare_database)


def prepare_database(
    url: Annotated[str, typer.Argument(help="DBA の接続（関所だけのデータベース）")],
) -> None:
    """自前の PostgreSQL に関所の役割を作り、それぞれの新しいパスワードを一度だけ表示します。

    終了の値: 0 できた、2 接続できない、または使えない。
    """
    import psycopg

    from sekisho_links.postgres import LOGINS, prepare_roles

    try:
        with psycopg.connect(url, connect_timeout=10) as dba:
            if dba.info.server_version < OLDEST:
                errors.print(
                    f"PostgreSQL が古すぎます（{dba.info.parameter_status('server_version')}）。"
                    "18 以上のサーバーに接続してください"
                )
                raise typer.Exit(2)
            passwords = {name: secrets.token_urlsafe(24) for name in LOGINS}
            prepare_roles(dba, passwords=passwords)
    except psycopg.errors.InsufficientPrivilege:
        errors.print("この接続は役割を作れません。superuser（DBA）の接続で実行してください")
        raise typer.Exit(2) from None
    except psycopg.OperationalError:
        errors.print(
            "データベースに接続できません。接続の文字列と、サーバーの記録を確かめてください"
        )
        raise typer.Exit(2) from None
    for name, password in passwords.items():
        typer.echo(f"sekisho_{name}\t{password}")
    errors.print("上の行を安全な所へ移し、この画面を消してください。関所は控えを持ちません")
