"""sekisho investigate."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sekisho_links.trace.investigate import Result
    from sekisho_links.trace.windows import Window

UNUSABLE = 2


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(name="investigate")(investigate)


def investigate(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="調べるフォルダ。世界のフォルダか、logs/ と facts/ のあるフォルダ。",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="結果を置くフォルダ。無ければ作ります。")],
    window: Annotated[
        list[str] | None,
        typer.Option(
            "--window",
            metavar="FROM..TO",
            help="数える期間（日本の日付。TO の日は含みません）。名前=FROM..TO とも書けます。"
            "何度でも書けます。書かなければ world.json の期間。",
        ),
    ] = None,
    tables: Annotated[
        Path | None, typer.Option("--tables", help="判定表のフォルダ。書かなければ同梱の表。")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="結果を JSON で標準出力に書きます。")
    ] = False,
) -> None:
    """利用ログを、その時の事実と判定表に照らし、事案の型ごとに数えます。

    読めない行は隔離して数え、黙って捨てません。途中で止まったときは、前の結果がそのまま残ります。

    終了コード: 0 調べ終えた、2 入力が読めない。
    """
    from sekisho.errors import SekishoError
    from sekisho_cli.progress import Steps, errors
    from sekisho_links.policy.folders import policy_in, shipped_policy
    from sekisho_links.trace.investigate import investigate, world_windows
    from sekisho_links.trace.windows import window_of

    steps = Steps(quiet=as_json)
    try:
        named, areas = world_windows(folder)
        windows = [window_of(text) for text in window] if window else named
        policy = policy_in(tables) if tables else shipped_policy()
        with steps.step("investigate", "ログを読み、判定表に照らして調べています") as report:
            result = investigate(
                folder,
                folder / "facts",
                out,
                policy=policy,
                windows=windows,
                areas=areas,
                report=report,
            )
    except SekishoError as error:
        errors.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(UNUSABLE) from None
    if as_json:
        typer.echo(json.dumps(result.summary, ensure_ascii=False))
    else:
        _show(result, windows)


def _show(result: "Result", windows: "Sequence[Window]") -> None:
    from rich.console import Console
    from rich.table import Table

    from sekisho_links.trace.investigate import class_names

    said, names = result.summary, class_names()
    console = Console()
    counts = {(row["class"], row["window"]): row for row in (*said["incidents"], *said["apart"])}
    for window in windows:
        table = Table(
            title=f"{window.name}（{window.first} から {window.until} の前まで）",
            title_justify="left",
        )
        table.add_column("事案の型")
        for heading in ("アクセス", "契約", "顧客", "小売", "閲覧者"):
            table.add_column(heading, justify="right")
        for code in said["classes"]:
            table.add_row(names[code], *_numbers(counts[code, window.name]))
        table.add_section()
        for code, words in (
            ("not_allowed_by_table", "判定表なら見せない（型を問わず）"),
            ("undecidable", "判定不能（違反に数えない）"),
        ):
            table.add_row(words, *_numbers(counts[code, window.name]))
        console.print(table)
    kept = said["conservation"]
    console.print(
        f"読んだ {kept['read']:,} 行 = 受け入れた {kept['accepted']:,} 行"
        f"（うち先頭の 0 を補った {kept['repaired']:,} 行） + 隔離した {kept['quarantined']:,} 行",
        highlight=False,
    )
    for strange in said["files_of_no_source"]:
        console.print(f"どの出力元の定義にも合わないファイル: {strange}", highlight=False)
    console.print(f"結果: {result.folder}", highlight=False)


def _numbers(row: Mapping[str, Any]) -> list[str]:
    return [
        f"{row[name]:,}" for name in ("accesses", "contracts", "customers", "retailers", "viewers")
    ]
