"""sekisho investigate, sekisho simulate."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sekisho.replay.simulated import Simulation
    from sekisho.reports.simulations import Line

UNUSABLE = 2


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(name="investigate")(investigate)
    app.command(name="simulate")(simulate)


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
        show(result.summary)
        typer.echo(f"結果: {result.folder}")


def simulate(
    new: Annotated[Path, typer.Argument(metavar="TABLES", help="試す版（判定表のフォルダ）。")],
    results: Annotated[
        Path,
        typer.Option("--on", help="sekisho investigate の結果のフォルダ。この記録に当てます。"),
    ],
    tables: Annotated[
        Path | None, typer.Option("--tables", help="もとの版。書かなければ同梱の表。")
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            "--window",
            metavar="FROM..TO",
            help="期間（日本の日付。TO の日は含みません）。書かなければ記録のある全期間。",
        ),
    ] = None,
    as_csv: Annotated[
        Path | None, typer.Option("--csv", help="変わる場面を CSV で置くファイル。")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="結果を JSON で標準出力に書きます。")
    ] = False,
) -> None:
    """公開前の版を記録されたアクセスに当て、何が広がり、何が狭まるかを数えます。

    人と契約は数だけを出し、名前も番号も出しません。

    終了コード: 0 数え終えた（変わるものがあっても）、2 入力が読めない。
    """
    from sekisho.errors import SekishoError
    from sekisho.reports.simulations import csv_of, lines
    from sekisho_cli.progress import errors
    from sekisho_links.policy.folders import policy_in, shipped_policy
    from sekisho_links.trace import simulate as link
    from sekisho_links.trace.windows import window_of

    try:
        old = policy_in(tables) if tables else shipped_policy()
        policy = policy_in(new)
        days = window_of(window) if window else None
        found = link.simulate(
            old,
            policy,
            results,
            first=days.first if days else None,
            until=days.until if days else None,
        )
    except SekishoError as error:
        errors.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(UNUSABLE) from None
    changing = lines(found, old=old, new=policy)
    if as_csv:
        as_csv.write_bytes(csv_of(changing, whole=True))
    if as_json:
        typer.echo(json.dumps(found.as_json() | {"digest": found.digest}, ensure_ascii=False))
        return
    show_simulation(found, changing)
    if as_csv:
        typer.echo(f"CSV: {as_csv}")


def show_simulation(found: "Simulation", changing: "Sequence[Line]") -> None:
    """Print what changes, the looser first, and what became of all looks."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from sekisho.reports.simulations import effects, period, sentence

    typer.echo(sentence(found))
    typer.echo(f"期間: {period(found)}")
    if changing:
        table = Table(box=SIMPLE, show_edge=False)
        table.add_column("向き", no_wrap=True)
        table.add_column("場面", overflow="fold")
        for heading in ("閲覧", "契約", "人", "小売", "見せず"):
            table.add_column(heading, justify="right", no_wrap=True)
        for line in changing:
            table.add_row(line.way, line.sentence, *line.numbers(whole=True))
        Console().print(table)
    for words, count in effects(found):
        typer.echo(f"{words}: {count:,}")


def show(said: Mapping[str, Any]) -> None:
    """Print the incident table of each window, and what became of the lines that were read.

    said: the summary of an investigation (investigation.json).
    """
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from sekisho_links.trace.investigate import class_names

    names, console = class_names(), Console()
    counts = {(row["class"], row["window"]): row for row in (*said["incidents"], *said["apart"])}
    for window in said["windows"]:
        # without a frame, so that the longest names have room
        table = Table(title=_title(window), title_justify="left", box=SIMPLE, show_edge=False)
        table.add_column("事案の型", overflow="fold")
        for heading in ("閲覧", "契約", "顧客", "小売", "閲覧者"):
            table.add_column(heading, justify="right", no_wrap=True)
        for code in said["classes"]:
            table.add_row(names[code], *_numbers(counts[code, window["name"]]))
        table.add_section()
        for code, words in (
            ("not_allowed_by_table", "判定表なら見せない"),
            ("undecidable", "判定不能"),
        ):
            table.add_row(words, *_numbers(counts[code, window["name"]]))
        console.print(table)
        console.print()
    kept = said["conservation"]
    typer.echo(
        f"読んだ {kept['read']:,} 行 = 受け入れた {kept['accepted']:,} 行"
        f"（うち先頭の 0 を補った {kept['repaired']:,} 行） + 隔離した {kept['quarantined']:,} 行"
    )
    if kept["quarantined"] and not kept["accepted"]:
        typer.echo(
            "使える行が一つもありません。quarantine.parquet にある理由を見て、"
            "出力元の定義（形式、文字コード、列の名）とファイルを確かめてください"
        )
    for strange in said["files_of_no_source"]:
        typer.echo(f"どの出力元の定義にも合わないファイル: {strange}")


def _title(window: Mapping[str, str]) -> str:
    """Return the name of a window and its days, of which the last one is counted too."""
    last = date.fromisoformat(window["to"]) - timedelta(days=1)
    days = f"{window['from']}〜{last}"
    plain = f"{window['from']}..{window['to']}"
    return days if window["name"] == plain else f"{window['name']}（{days}）"


def _numbers(row: Mapping[str, Any]) -> list[str]:
    return [
        f"{row[name]:,}" for name in ("accesses", "contracts", "customers", "retailers", "viewers")
    ]
