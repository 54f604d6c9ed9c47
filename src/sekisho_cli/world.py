"""`sekisho world`: draw the invented group and write its files."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sekisho_cli.progress import Steps


class WorldSize(StrEnum):
    TINY = "tiny"
    SMALL = "small"
    AREA = "area"


def register(app: typer.Typer) -> None:
    @app.command()
    def world(
        folder: Annotated[Path, typer.Argument(help="書き出すフォルダ", file_okay=False)],
        size: Annotated[
            WorldSize,
            typer.Option(help="規模: tiny（試験用）、small（5万地点）、area（800万地点）"),
        ] = WorldSize.SMALL,
        seed: Annotated[int, typer.Option(min=0, help="乱数の種。同じ種なら同じ世界になる")] = 1,
        as_json: Annotated[bool, typer.Option("--json", help="結果を JSON で出す")] = False,
    ) -> None:
        """架空の電力グループ（会社・人・契約・利用ログ）を FOLDER に書き出します。

        終了の値: 0 書き出した、2 そこには書けない。
        """
        from sekisho.errors import SekishoError
        from sekisho_links.world.write import write_world

        steps = Steps(quiet=as_json)
        try:
            with steps.step("world", "架空の世界を作る") as report:
                made = write_world(folder, size=size.value, seed=seed, report=report)
        except SekishoError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        if as_json:
            typer.echo(json.dumps({"world": made, "seconds": steps.seconds}, ensure_ascii=False))
            return
        counts = made["counts"]
        typer.echo(f"フォルダ　{folder}")
        typer.echo(f"地点　　　{counts['points']:,}　契約　{counts['contracts']:,}")
        typer.echo(f"人　　　　{counts['persons']:,}　アカウントの期間　{counts['accounts']:,}")
        planted = sum(counts["planted"].values())
        typer.echo(f"利用記録　{counts['accesses']:,}　うち仕込んだ事案　{planted:,}")
        typer.echo(f"傷んだ行　{sum(made['bad_lines'].values()):,}")
