"""A judge in plain Python, row by row: what the engine's joins must come to.

It reads the facts as lists of dictionaries and asks `sekisho.policy.derive` for the viewer- and
request-side values; relation, scope and the incident classes are said anew, in other words.
"""

from collections import defaultdict

from sekisho.policy.derive import (
    Account,
    Device,
    Emergency,
    Grant,
    Period,
    Post,
    RequestFacts,
    derive_request,
)

RETAIL = {"affiliate", "affiliate_contractor", "other_retailer"}
OURS = {"自社", "切替受付済", "同意照会"}


def span(row):
    return Period(starts=row["valid_from"], ends=row["valid_to"])


def by(rows, *keys):
    found = defaultdict(list)
    for row in rows:
        found[tuple(row[key] for key in keys)].append(row)
    return found


class Oracle:
    def __init__(self, facts, *, policy, classes, areas):
        self.policy, self.areas = policy, areas
        self.company = {row["code"]: row for row in facts["companies"]}
        self.unit_kind = {row["unit"]: row["kind"] for row in facts["units"]}
        self.ground = {(r["会社区分"], r["組織区分"]): r for r in classes}
        self.rank = {v.word: v.precedence for v in policy.attributes["閲覧者区分"].values}
        self.posts = by(facts["posts"], "person")
        self.support = by(facts["supporters"], "person")
        self.holds = by(facts["holds"], "person")
        self.accounts = by(facts["accounts"], "system", "account")
        self.devices = by(facts["devices"], "device")
        self.loans = by(facts["loans"], "device", "person")
        self.districts = by(facts["emergencies"], "district")
        self.grants = by(facts["grants"], "person", "system")
        self.work = by(facts["work_items"], "record")
        self.contracts = by(facts["contracts"], "record")
        self.ties = by(facts["ties"], "record", "company")
        self.points = {row["record"]: row for row in facts["points"]}
        self.points |= {r["facility"]: r for r in facts["points"] if r["facility"]}

    def side(self, company):
        row = self.company.get(company)
        return None if row is None else row["principal"] or row["code"]

    def kind(self, company):
        return self.company[company]["kind"] if company in self.company else None

    def now(self, rows, at):
        return next((row for row in rows if span(row).holds(at)), None)

    def ground_of(self, post):
        found = self.ground.get((self.kind(post["company"]), self.unit_kind.get(post["unit"])))
        return found or {"閲覧者区分": None, "職務の範囲": None}

    def judge(self, a, *, last_used):
        """Return the context and the classes of one access."""
        at, system = a["at"], a["system"]
        account = self.now(self.accounts[system, a["account"]], at)
        person = account and account["person"]
        device = self.now(self.devices[a["device"],], at)
        point = self.points.get(a["record"])
        contract = point and self.now(self.contracts[point["record"],], at)
        held = [p for p in self.posts[person,] if span(p).holds(at)] if person else []
        first = min(
            held,
            key=lambda p: (
                self.rank.get(self.ground_of(p)["閲覧者区分"], 999),
                p["company"],
                p["unit"],
            ),
            default=None,
        )
        side = first and self.side(first["company"])
        relief = bool(
            person
            and account["kind"] == "disaster"
            and any(span(s).holds(at) for s in self.support[person,])
        )
        emergency = point and any(span(e).holds(at) for e in self.districts[point["district"],])
        grant, scoped, purpose = self.grant(person, system, point, at)
        relation = self.relation(point, contract, side, at)
        context = self.request(
            a, at, account, person, device, point, grant, purpose, last_used=last_used
        )
        scope = self.scope(
            first, relief, point, emergency, relation, grant, at, person, scoped=scoped
        )
        context |= {"契約相手": relation, "対象範囲": scope}
        context = {name: value for name, value in context.items() if value is not None}
        return context, self.classes(
            a, account, first, relief, device, point, contract, emergency, relation, at
        )

    def grant(self, person, system, point, at):
        """Return the grant it ran under, whether that names a record or place, and its purpose."""
        began = [g for g in self.grants[person, system] if g["valid_from"] <= at] if person else []
        alive = [
            g
            for g in began
            if span(g).holds(at) and (g["revoked_at"] is None or at < g["revoked_at"])
        ]
        level = {"standing": 1, "per_use": 2, "dual": 3}
        for place in ("record", "district", None):
            if place is None:
                fit = [g for g in alive if not g["record"] and not g["district"]]
            else:
                fit = [g for g in alive if point and g[place] and g[place] == point[place]]
            if fit:
                best = max(fit, key=lambda g: level[g["kind"]])
                purposes = {g["purpose"] for g in fit} - {None}
                named = place is not None or level[best["kind"]] >= 2
                return best, named, purposes.pop() if len(purposes) == 1 else None
        lapsed = next((g for g in began if g not in alive), None)
        return lapsed, False, None

    def request(self, a, at, account, person, device, point, grant, purpose, *, last_used):
        home, posts = None, self.posts[person,] if person else None
        if account and person:
            sides = {self.side(p["company"]) for p in posts if span(p).holds(account["valid_from"])}
            homes = [p for p in posts if self.side(p["company"]) in sides]
            homes = [p for p in homes if p["valid_from"] <= at]
            home = self.now(homes, at) or next(iter(homes), None)
        facts = RequestFacts(
            posts=posts
            and tuple(
                Post(viewer_class=self.ground_of(p)["閲覧者区分"], period=span(p)) for p in posts
            ),
            relief=tuple(span(s) for s in self.support[person,]) if person else (),
            relief_hat=bool(account and account["kind"] == "disaster"),
            purpose=a["purpose"] or purpose,
            emergencies=point
            and tuple(
                Emergency(districts=frozenset({point["district"]}), period=span(e))
                for e in self.districts[point["district"],]
            ),
            grant=grant
            and Grant(kind=grant["kind"], period=span(grant), revoked_at=grant["revoked_at"]),
            device=device
            and Device(
                terminal=device["terminal"],
                period=span(device),
                loans=tuple(span(loan) for loan in self.loans[a["device"], person]),
            ),
            account=account
            and Account(
                issued_at=account["issued_at"],
                last_used_at=last_used,
                closed_at=account["closed_at"],
                holds=tuple(span(h) for h in self.holds[person,]),
                post=home and span(home),
            ),
            screen_kind=self.policy.systems[a["system"]].screens[a["screen"]].kind,
        )
        context = derive_request(facts, at, attributes=self.policy.attributes)
        context["認証"] = a["method"]
        if not person:
            context.pop("承認", None)
        if not a["device"]:
            context.pop("端末", None)
        return context

    def relation(self, point, contract, side, at):
        if not point or not contract or not side:
            return None
        kind, company = contract["relation"], contract["company"]
        tied = {t["relation"] for t in self.ties[point["record"], side] if span(t).holds(at)}
        if kind == "retail" and company == side:
            return "自社"
        if tied:
            return "切替受付済" if "switch_in" in tied else "同意照会"
        if kind in ("retail", "fit_retail") and company is None:
            return None
        buyer = "自社買取" if company == side else "他社買取"
        return {
            "retail": "他社",
            "last_resort": "最終保障",
            "island": "離島",
            "fit_network": "送配電買取",
            "fit_retail": buyer,
            "none": "契約なし",
        }[kind]

    def scope(self, first, relief, point, emergency, relation, grant, at, person, *, scoped):
        if not first or not point:
            return None
        ground = self.ground_of(first)
        retail = self.kind(first["company"]) in RETAIL
        everywhere = retail or ground["閲覧者区分"] in ("国", "監督当局")
        if (relief and not emergency) or (
            not relief and not everywhere and point["area"] not in self.areas
        ):
            return "区域外"
        listed = any(
            (w["person"] == person if w["person"] else w["company"] == first["company"])
            for w in self.work[point["record"],]
            if span(w).holds(at)
        )
        duty = "work_item" if relief else ground["職務の範囲"]
        mine = {"area": True, "own": relation in OURS, "work_item": listed}.get(duty, False)
        alive = grant is not None and span(grant).holds(at)
        alive = alive and (grant["revoked_at"] is None or at < grant["revoked_at"])
        if alive and mine:
            return "職務内"
        return "承認範囲内" if alive and scoped else "範囲外"

    def classes(self, a, account, first, relief, device, point, contract, emergency, relation, at):
        if a["result"] != "shown" or not a["record"] or not account:
            return set()
        found = set()
        company = first and first["company"]
        kind, owner = self.kind(company), device and self.kind(device["owner"])
        if a["system"] == "saiene" and account["kind"] == "shared" and owner in RETAIL:
            found.add("ministry_shared_id")
        if not point:
            return found
        if account["kind"] == "disaster" and not emergency:
            found.add("outside_emergency")
        if not contract:
            return found
        personal = account["kind"] == "individual" and self.kind(account["granted_by"]) == "network"

        def unrelated(to):
            supplied = contract["relation"] == "retail" and contract["company"] == to
            return not supplied and not self.now(self.ties[point["record"], to], at)

        if device and personal and kind in ("network", "network_contractor"):
            used_for = device["principal"] if device["principal"] else device["owner"]
            whose, code = {
                "network": (device["owner"], "lent_id"),
                "network_contractor": (device["principal"], "other_principal"),
            }[kind]
            if self.kind(whose) in RETAIL and unrelated(self.side(used_for)):
                found.add(code)
        strange = relation is not None and relation not in OURS
        if kind in RETAIL and personal and strange:
            found.add("stale_after_transfer")
        if kind in RETAIL and not relief:
            site = device and self.kind(device["site_company"])
            if owner == "network" and site in RETAIL and strange:
                found.add("terminal_misplaced")
            found |= {
                "last_resort_seen" if contract["relation"] == "last_resort" else None,
                "fit_seen" if contract["relation"] == "fit_network" else None,
                "mask_gap" if contract["relation"] == "retail" and strange else None,
                "new_point_seen"
                if contract["relation"] == "none" and contract["status"] == "新設中"
                else None,
            } - {None}
        return found
