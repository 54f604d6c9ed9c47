"""The whole idea on one machine: an invented group, proved, investigated, served."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from shutil import rmtree
from typing import Annotated, Any

import typer
from rich.table import Table

from sekisho.errors import SekishoError
from sekisho_cli.progress import Steps, errors
from sekisho_cli.site import Home, database, manage, migrate, serve_until_stopped

ADDRESS = "127.0.0.1"
MADE_BY_A_DEMO = {"postgres", "worlds", "investigations", "keys", "secret_key", "conninfo.json"}
NAME = "localhost"  # a passkey belongs to a name, never to an address


class Size(StrEnum):
    TINY = "tiny"  # 500 地点, for a look in seconds
    SMALL = "small"  # 5 万地点
    AREA = "area"  # 一つの供給区域


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    home: Home = None,
    size: Annotated[Size, typer.Option(help="架空の世界の大きさ")] = Size.SMALL,
    seed: Annotated[int, typer.Option(help="架空の世界の種。同じ種なら同じ世界")] = 1,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="終わったら画面を開く")] = True,
    reset: Annotated[
        bool, typer.Option("--reset", help="前の世界とデータベースを消して始める")
    ] = False,
    port: Annotated[int, typer.Option(help="待ち受けるポート")] = 8600,
    as_json: Annotated[bool, typer.Option("--json", help="結果を JSON で出す")] = False,
) -> None:
    """架空の電力グループを作り、判定表を証明し、ログを調べ、画面を開きます。

    この機械の中（127.0.0.1）だけで動き、外へは何も送りません。
    """
    from sekisho_links.postgres import default_home

    where: Path = (home or default_home()) / "demo"
    steps = Steps()
    try:
        if reset:
            forget(where)
        said = run(
            where, size=size, seed=seed, steps=steps, serve=serve, port=port, as_json=as_json
        )
    except SekishoError as error:
        errors.print(f"[red]{error}[/]")
        raise typer.Exit(2) from None
    raise typer.Exit(1 if said["proofs"]["broken"] else 0)


class NotOurs(SekishoError):
    """A folder that the demo did not make, and so does not empty."""


def forget(home: Path) -> None:
    """Remove the home of an earlier demo; nothing but what a demo makes may lie in it."""
    from sekisho_links.postgres import running

    if not home.exists():
        return
    strange = sorted({entry.name for entry in home.iterdir()} - MADE_BY_A_DEMO)
    if strange:
        raise NotOurs(
            f"デモが作ったものでないファイルがあります（{'、'.join(strange[:3])}）",
            place=str(home),
            remedy="それを別の所へ移すか、--home で別のフォルダーを指定してください",
        )
    if running(home):
        raise NotOurs(
            "そのデモはまだ動いています",
            place=str(home),
            remedy="動いているほうを Ctrl-C で止めてから、もう一度実行してください",
        )
    rmtree(home)


def run(
    home: Path, *, size: Size, seed: int, steps: Steps, serve: bool, port: int, as_json: bool
) -> Mapping[str, Any]:
    """Do every step, print the table, serve where asked, and return what the JSON says."""
    home.mkdir(parents=True, exist_ok=True)
    for room in ("worlds", "investigations"):  # what lies in them is for the one who runs it
        (home / room).mkdir(mode=0o700, exist_ok=True)
    proofs = proved(steps)
    world_dir, world = drawn(home, size=size, seed=seed, steps=steps)
    out = investigated(home, world_dir, world=world, steps=steps)
    with database(home):
        with steps.step("migrate", "データベースを整えています"):
            migrate()
        with steps.step("load", "七つのシステムに架空の記録を入れています"):
            manage("load_world", str(world_dir), role="owner")
        with steps.step("register", "調査の結果を画面に載せています"):
            truth = str(world_dir / "truth")
            manage("register_investigation", str(out), "--truth", truth, role="app")
        said = summed_up(out, world_dir, world=world, proofs=proofs, steps=steps)
        typer.echo(json.dumps(said, ensure_ascii=False)) if as_json else show(said)
        if serve:
            welcome(port)
            serve_until_stopped(address=ADDRESS, port=port, demo=True)
    return said


def proved(steps: Steps) -> Mapping[str, int]:
    from sekisho.proof.certificate import certificate
    from sekisho_links.policy.folders import shipped_policy

    with steps.step("prove", "七つのシステムの判定表を証明しています"):
        proofs = certificate(shipped_policy())
    return {"held": proofs.held, "broken": proofs.broken}


def drawn(home: Path, *, size: Size, seed: int, steps: Steps) -> tuple[Path, Mapping[str, Any]]:
    """Return the folder of the world and its description; made once, kept for the next start."""
    from sekisho_links.world.write import write_world

    folder = home / "worlds" / f"{size}-{seed}"
    made = folder / "world.json"
    with steps.step("world", f"架空の電力グループを作っています（{size}、種 {seed}）") as report:
        if not made.is_file():
            rmtree(folder, ignore_errors=True)
            write_world(folder, size=size, seed=seed, report=report)
    return folder, json.loads(made.read_text(encoding="utf-8"))


def investigated(home: Path, world_dir: Path, *, world: Mapping[str, Any], steps: Steps) -> Path:
    """Return the folder of the investigation; the same world under the same tables is kept."""
    from sekisho_links.policy.folders import shipped_policy
    from sekisho_links.trace.investigate import investigate
    from sekisho_links.trace.windows import windows_of

    policy = shipped_policy()
    name = hashlib.sha256(f"{world_dir.name} {policy.hash}".encode()).hexdigest()[:16]
    out = home / "investigations" / name
    with steps.step("investigate", "ログを読み、判定表に照らして調べています") as report:
        if not (out / "investigation.json").is_file():
            investigate(
                world_dir,
                world_dir / "facts",
                out,
                policy=policy,
                windows=windows_of(world["windows"]),
                report=report,
            )
    return out


def summed_up(
    out: Path, world_dir: Path, *, world: Mapping[str, Any], proofs: Mapping[str, int], steps: Steps
) -> Mapping[str, Any]:
    from sekisho_links.trace.results import as_json, score, summary

    with steps.step("score", "植えた事案と突き合わせています"):
        scored = as_json(score(out, world_dir / "truth"))
    return {
        "proofs": proofs,
        "world": world,
        "incidents": summary(out)["incidents"],
        "score": scored,
        "seconds": steps.seconds,
    }


def show(said: Mapping[str, Any]) -> None:
    """Print the incident table as the reports of 2023 printed it."""
    proofs: Mapping[str, int] = said["proofs"]
    typer.echo(f"不変条件 証明済 {proofs['held']:,}／{proofs['held'] + proofs['broken']:,}")
    from rich.console import Console

    from sekisho_links.trace.investigate import class_names

    names = class_names()
    lines: Sequence[Mapping[str, Any]] = said["incidents"]
    for window in dict.fromkeys(line["window"] for line in lines):
        table = Table(title=f"事案の表（{window}）", title_justify="left")
        table.add_column("事案", overflow="fold")
        for heading in ("閲覧", "契約", "顧客", "小売", "閲覧者"):
            table.add_column(heading, justify="right", no_wrap=True)
        for line in lines:
            if line["window"] == window:
                numbers = ("accesses", "contracts", "customers", "retailers", "viewers")
                table.add_row(names[line["class"]], *(f"{line[n]:,}" for n in numbers))
        Console().print(table)


def welcome(port: int) -> None:
    errors.print(f"\n[bold]関所を開きました[/] http://{NAME}:{port}/ （止めるには Ctrl-C）")
    errors.print("架空の人を一覧から選ぶと、その人として入れます（デモのときだけ）。")
