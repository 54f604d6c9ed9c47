"""sekisho accounts …: what is done about people, IDs and keys on the console of the server."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from sekisho_cli.homes import database_of
from sekisho_cli.site import Home, environment

UNUSABLE = 2


def register(app: typer.Typer) -> None:
    accounts = typer.Typer(help="人、発令、アカウント、鍵", no_args_is_help=True)
    accounts.command()(token)
    accounts.command()(tokens)
    accounts.command(name="revoke-token")(revoke_token)
    accounts.command()(openapi)
    accounts.command()(bootstrap)
    accounts.command()(ticket)
    accounts.command(name="import")(import_)
    accounts.command(name="may-use")(may_use)
    accounts.command()(sync)
    app.add_typer(accounts, name="accounts")


def token(
    home: Home = None,
    feed: Annotated[str, typer.Option(help="SCIM で届く人事連携の名称。その鍵を出します")] = "",
    client: Annotated[str, typer.Option(help="API を使うプログラムの名称。その鍵を出します")] = "",
    company: Annotated[
        str, typer.Option(help="事業者符号（API の鍵と、新しい人事連携のとき）")
    ] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="API の鍵でできること（いくつでも）")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="期限までの日数")] = 90,
) -> None:
    """鍵を1つ出します。鍵は標準出力に一度だけ出て、どこにも残りません（残るのは要約だけです）。

    人事連携の鍵は --feed、API の鍵は --client と --company と --scope。
    まだない人事連携は、--company を付けると始まります。
    """
    words = [*("--feed", feed), *("--client", client), *("--company", company)]
    scopes = [word for one in scope or () for word in ("--scope", one)]
    raise typer.Exit(run(home, "machine_key", "issue", *words, *scopes, "--days", str(days)))


def tokens(home: Home = None) -> None:
    """鍵の一覧（番号、だれの鍵か、期限、最後の使用）。鍵そのものは出ません。"""
    raise typer.Exit(run(home, "machine_key", "list"))


def revoke_token(
    number: Annotated[str, typer.Argument(help="鍵の番号（例: feed-3、api-1）")],
    home: Home = None,
) -> None:
    """鍵をいま取り消します。次の要求から断られます。"""
    raise typer.Exit(run(home, "machine_key", "revoke", number))


def bootstrap(  # each is one answer that nobody else can give yet
    company_code: Annotated[str, typer.Option(help="一般送配電事業者の事業者符号")],
    company_name: Annotated[str, typer.Option(help="その名称")],
    unit_code: Annotated[str, typer.Option(help="情報システムの組織の符号")],
    unit_name: Annotated[str, typer.Option(help="その名称")],
    title: Annotated[str, typer.Option(help="役職")],
    code: Annotated[str, typer.Option(help="個人番号")],
    login: Annotated[str, typer.Option(help="利用者ID")],
    name: Annotated[str, typer.Option(help="氏名")],
    kana: Annotated[str, typer.Option(help="ふりがな")] = "",
    home: Home = None,
) -> None:
    """はじめの管理者を登録し、登録票の番号を1回だけ出します。管理する人がもういれば断ります。

    その番号で、本人が登録済みの端末からパスワードを決め、認証器を登録します。
    終了コード: 0 登録した、2 断られたか、書き方が違う。
    """
    told = {
        "--company-code": company_code, "--company-name": company_name,
        "--unit-code": unit_code, "--unit-name": unit_name, "--title": title,
        "--code": code, "--login": login, "--name": name, "--kana": kana,
    }  # fmt: skip
    words = [word for pair in told.items() for word in pair]
    raise typer.Exit(run(home, "bootstrap", *words))


def ticket(
    login: Annotated[str, typer.Argument(help="利用者ID")],
    home: Home = None,
) -> None:
    """登録票を1枚、操作卓から出します。発行できる責任者がほかにいれば断ります。

    終了コード: 0 出した、2 断られたか、その人がいない。
    """
    raise typer.Exit(run(home, "ticket", login))


def import_(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="人事の書き出し（CSV か Excel）")
    ],
    feed: Annotated[str, typer.Option(help="人事連携の名称")],
    home: Home = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="確認の要らないとき、続けて適用します")
    ] = False,
) -> None:
    """人事のファイルを受け取り、変わることと誤りを一行ずつ出します。

    --apply がなければ、画面での確認を待ちます。退職と異動が多いときは、付けても待ちます。
    終了コード: 0 受け取った、2 受け取れないか、適用できない。
    """
    words = [str(file.absolute()), "--feed", feed, *(["--apply"] if apply else [])]
    raise typer.Exit(run(home, "personnel_import", *words))


def sync(
    feed: Annotated[str, typer.Argument(help="人事連携の名称（方式がディレクトリのもの）")],
    home: Home = None,
    begin: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="始めます。届き方の TOML（kind と address）"
        ),
    ] = None,
    company: Annotated[str, typer.Option(help="始めるとき、その人たちの事業者符号")] = "",
    secret: Annotated[
        bool, typer.Option("--secret", help="読む権限の秘密を、入力から覚えます")
    ] = False,
) -> None:
    """会社のディレクトリをいま読み、そこで無効になった人を止めます（ふだんは間隔ごとに自動です）。

    終了コード: 0 読んだ、2 読めないか、一覧が大きく減っていた。
    """
    words = ["--begin", str(begin.absolute()), "--company", company] if begin else []
    words += ["--secret"] if secret else []
    raise typer.Exit(run(home, "directory_sync", feed, *words))


def may_use(
    home: Home = None,
    log: Annotated[
        str, typer.Option(help="利用の記録（CSV: system,account,at[,purpose]）。- は標準入力")
    ] = "",
    system: Annotated[str, typer.Option(help="対象システムの符号")] = "",
    account: Annotated[str, typer.Option(help="ID")] = "",
    at: Annotated[str, typer.Option(help="日時（例: 2027-04-01T09:00）")] = "",
    purpose: Annotated[str, typer.Option(help="利用目的。空欄は、どれか一つでも")] = "",
    known: Annotated[str, typer.Option(help="いつまでに知っていたこと。空欄は、各行の日時")] = "",
) -> None:
    """その日時に使ってよかったかを、その時の認識といまの認識で答えます（CSV、一行に一件）。

    答えの違い（differs）は、遅れて届いた知らせの効果です。
    """
    words = [*("--log", log), *("--system", system), *("--account", account), *("--at", at)]
    raise typer.Exit(run(home, "may_use", *words, "--purpose", purpose, "--known", known))


def openapi(home: Home = None) -> None:
    """API の説明（OpenAPI 3.1 の JSON）を標準出力に書きます。データベースは要りません。"""
    from sekisho_links.postgres import default_home

    raise typer.Exit(_django(home or default_home(), "openapi"))


def run(home: Path | None, *command: str) -> int:
    """Run one of Django's commands as the owner, on the database of `home`; return its status."""
    from sekisho.errors import SekishoError
    from sekisho_links.postgres import default_home

    where = home or default_home()
    try:
        if os.environ.get("DATABASE_URL"):
            return _django(where, *command)
        with database_of(where, what="アカウント") as (_, place):
            return _django(place, *command)
    except SekishoError as error:
        typer.echo(str(error), err=True)
        return UNUSABLE


def _django(home: Path, *command: str) -> int:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "django", *command],
        env=environment(role="owner") | {"SEKISHO_HOME": str(home)},
        check=False,
    )
    return UNUSABLE if done.returncode else 0
