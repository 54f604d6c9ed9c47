"""A table of 500 rules over 14 attributes, as a network company with branches may come to have.

It says what the wheeling table says, so all invariants hold: its rules are split by branch, hour,
kind of contract and reason, again and again, until there are enough of them.
"""

from random import Random

from sekisho.policy.editing import rows_of, with_columns, with_row, with_rows
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in

SYSTEM = "託送業務システム"
RULES = f"{SYSTEM}/判定表.csv"
MORE = {
    "支社": ("北支社", "東支社", "西支社", "南支社", "中央支社", "島しょ支社"),
    "時間帯": ("日中", "夜間", "休日"),
    "契約種別": ("低圧", "高圧", "特別高圧", "発電"),
    "用件": ("申込", "照会", "工事", "停電", "苦情"),
}


def wide_files(*, rules: int = 500, invariants: int = 40, seed: int = 1) -> dict[str, bytes]:
    """Return the folder of one system with `rules` rules over 14 attributes."""
    shipped_files = files_in(shipped("tables"))
    shared = {path: data for path, data in shipped_files.items() if "/" not in path}
    files = {**shared, **{p: d for p, d in shipped_files.items() if p.startswith(f"{SYSTEM}/")}}
    pattern = rows_of(files, "属性.csv").row("状況＋平常").cells
    for number, (name, words) in enumerate(MORE.items()):
        for n, word in enumerate(words, 1):
            cells = {"属性": name, "値": word, "符号": f"more_{number}", "優先": str(n)}
            cells |= {"値の符号": f"v{n}", "説明": ""}
            files = with_row(files, "属性.csv", cells={**pattern, **cells})
    conditions = {f"条件:{name}": "－" for name in MORE}
    for path in (RULES, "不変条件.csv", "見張り.csv"):
        files = with_columns(files, path, columns=conditions, after="条件:対象範囲")
    example = {f"条件:{name}": words[0] for name, words in MORE.items()}
    files = with_columns(files, f"{SYSTEM}/試験例.csv", columns=example, after="条件:対象範囲")
    grid = rows_of(files, RULES)
    split = split_up([dict(row.cells) for row in grid.rows], rules, Random(seed))
    files = with_rows(files, RULES, columns=grid.columns, rows=split)
    kept = rows_of(files, "不変条件.csv")
    proved = [row.cells for row in kept.rows if row.cells["対象システム"] == "－"]
    every = max(1, len(proved) // invariants)
    return with_rows(files, "不変条件.csv", columns=kept.columns, rows=proved[::every][:invariants])


def split_up(rows: list[dict[str, str]], count: int, chance: Random) -> list[dict[str, str]]:
    """Return `count` rows that say together what `rows` say: each is split by a value."""
    rows = [dict(row) for row in rows]
    while len(rows) < count:
        row = chance.choice(rows)
        name = chance.choice([name for name in MORE if row[f"条件:{name}"] == "－"] or ["支社"])
        column = f"条件:{name}"
        words = MORE[name] if row[column] == "－" else row[column].split("、")
        if len(words) < 2:
            continue
        mixed = chance.sample(words, len(words))
        cut = chance.randint(1, len(mixed) - 1)
        copy = {**row, "規則ID": f"{row['規則ID'].split('.')[0]}.{len(rows):03}"}
        row[column], copy[column] = "、".join(mixed[:cut]), "、".join(mixed[cut:])
        rows.append(copy)
    return rows


def edited(files: dict[str, bytes], *, rows: int, seed: int = 2) -> dict[str, bytes]:
    """Return `files` with one cell of so many rules written otherwise."""
    chance = Random(seed)
    grid = rows_of(files, RULES)
    cells = [dict(row.cells) for row in grid.rows]
    results = [column for column in grid.columns if column.startswith("結果:")][1:]
    for row in chance.sample(cells, rows):
        if row["結果:レコード"] == "拒否" or chance.random() < 0.3:
            row["条件:承認"] = chance.choice(("二者承認済", "常時", "－", "以外:なし"))
        else:
            row[chance.choice(results)] = chance.choice(("表示", "一部", "非表示", "拒否"))
    return with_rows(files, RULES, columns=grid.columns, rows=cells)
