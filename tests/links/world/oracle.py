"""The ten predicates of content/incident_classes.csv, and the ten attributes, line by line.

The plain reading against which the fast ones (ours and the investigation's) are held.
"""

import csv
from pathlib import Path

from sekisho_links import shipped
from tests.links.world.reading import Facts, Look, holding, the

OURS = ("自社", "切替受付済", "同意照会")


def incident(facts: Facts, look: Look) -> str | None:
    """Return the class as which the look is reported, the first that holds; None for no class."""
    point = facts.point(look.record)
    if look.result != "shown" or point is None:
        return None
    at, record = look.at, point["record"]
    account = the(facts.accounts[look.system, look.account], at)
    device = the(facts.devices[look.device], at)
    contract = the(facts.contracts[record], at)
    if account is None or device is None:
        return None
    posts = holding(facts.posts[account["person"]], at) if account["person"] else []
    companies = {post["company"] for post in posts}
    sellers = {c for c in companies if facts.is_retail(c)}
    supplied = contract["relation"] if contract else None
    supplier = contract["company"] if contract else None

    def unrelated(company: str) -> bool:
        own = supplied == "retail" and supplier == facts.side(company)
        return not own and not holding(facts.ties[record, facts.side(company)], at)

    relief = account["kind"] == "disaster" and holding(facts.supporters[account["person"]], at)
    declared = holding(facts.emergencies[point["district"]], at)
    personal = account["kind"] == "individual" and account["granted_by"] == "N09"
    kinds = {facts.kind(c) for c in companies}
    seller = bool(sellers) and not relief
    strange = seller and all(unrelated(c) for c in sellers)
    owner, principal = device["owner"], device["principal"]
    if look.system == "saiene" and account["kind"] == "shared" and facts.is_retail(owner):
        return "ministry_shared_id"
    if personal and kinds == {"network"} and facts.is_retail(owner) and unrelated(owner):
        return "lent_id"
    if (
        personal
        and kinds == {"network_contractor"}
        and facts.is_retail(principal)
        and unrelated(principal)
    ):
        return "other_principal"
    if personal and sellers and strange:
        return "stale_after_transfer"
    if account["kind"] == "disaster" and not declared:
        return "outside_emergency"
    if owner == "N09" and facts.is_retail(device["site_company"]) and strange:
        return "terminal_misplaced"
    if seller and supplied == "last_resort":
        return "last_resort_seen"
    if seller and supplied == "fit_network":
        return "fit_seen"
    if seller and supplied == "none" and contract["status"] == "新設中":
        return "new_point_seen"
    if supplied == "retail" and strange:
        return "mask_gap"
    return None


def _classes() -> dict[tuple[str, str], dict[str, str]]:
    path: Path = shipped("content", "viewer_classes.csv")
    with path.open(encoding="utf-8") as file:
        return {(row["会社区分"], row["組織区分"]): row for row in csv.DictReader(file)}


CLASSES = _classes()
APPROVAL = {"dual": "二者承認済", "per_use": "都度承認済", "standing": "常時"}


def context(facts: Facts, look: Look, *, kind: str, order: list[str]) -> dict[str, str] | None:
    """Return the ten values of a look; None where the log or the facts leave one open (不明).

    kind:  the kind of the screen.  order: the viewer classes, the strongest first.
    """
    point = facts.point(look.record)
    account = the(facts.accounts[look.system, look.account], look.at)
    if point is None or account is None or account["person"] is None:
        return None
    at, person, record = look.at, account["person"], point["record"]
    posts = [
        (facts.units[post["unit"]], CLASSES.get((facts.kind(post["company"]), unit_kind)))
        for post in holding(facts.posts[person], at)
        for unit_kind in [facts.units[post["unit"]]["kind"]]
    ]
    relief = account["kind"] == "disaster" and holding(facts.supporters[person], at)
    known = [(row["閲覧者区分"], unit["company"], row) for unit, row in posts if row]
    if not known:
        return None
    viewer, company, row = min(known, key=lambda one: order.index(one[0]))
    viewer = "災害応援" if relief else viewer
    relation = _relation(facts, record, facts.side(company), at)
    contract = the(facts.contracts[record], at)
    grants = [
        grant
        for grant in holding(facts.grants[person, look.system], at)
        if grant["district"] in {None, point["district"]}
        and grant["record"] in {None, record}
        and (grant["revoked_at"] is None or at < grant["revoked_at"])
    ]
    best = next((k for k in APPROVAL if any(g["kind"] == k for g in grants)), None)
    duty = {
        "area": point["area"] == "09",
        "own": relation in OURS,
        "work_item": any(
            item["person"] == person or (item["person"] is None and item["company"] == company)
            for item in holding(facts.work[record], at)
        ),
        "none": False,
    }["none" if relief else row["職務の範囲"]]
    device = the(facts.devices[look.device], at)
    terminal = device["terminal"] if device else "未登録端末"
    if terminal == "災害貸与端末" and not holding(facts.loans[look.device, person], at):
        terminal = "未登録端末"
    held = bool(holding(facts.holds[person], at))
    declared = bool(holding(facts.emergencies[point["district"]], at))
    return {
        "閲覧者区分": viewer,
        "利用目的": look.purpose or row["利用目的"],
        "状況": "非常災害" if declared else "平常",
        "承認": APPROVAL[best] if best else "なし",
        "端末": terminal,
        "認証": look.method,
        "アカウント状態": "停止中" if held else "有効",
        "画面区分": kind,
        "契約相手": relation if contract else "契約なし",
        "対象範囲": "職務内"
        if duty and best
        else "承認範囲内"
        if best in {"dual", "per_use"}
        else "範囲外",
    }


def _relation(facts: Facts, record: str, company: str, at: object) -> str:
    contract = the(facts.contracts[record], at)  # type: ignore[arg-type]
    kind = contract["relation"] if contract else "none"
    if kind == "retail" and contract["company"] == company:
        return "自社"
    ties = {tie["relation"] for tie in holding(facts.ties[record, company], at)}  # type: ignore[arg-type]
    if "switch_in" in ties:
        return "切替受付済"
    if "consent" in ties:
        return "同意照会"
    return {
        "last_resort": "最終保障",
        "island": "離島",
        "fit_network": "送配電買取",
        "fit_retail": "自社買取" if contract and contract["company"] == company else "他社買取",
        "retail": "他社",
        "none": "契約なし",
    }[kind]
