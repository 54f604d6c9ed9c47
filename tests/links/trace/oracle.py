"""A judge in plain Python, row by row: what the engine's joins must come to.

It reads the facts as lists of dictionaries and asks `sekisho.policy.derive` for the viewer- and
request-side values; relation, scope and the incident classes are said anew, in other words.
"""

from collections import defaultdict
from types import SimpleNamespace

from sekisho.accounts.life import Account
from sekisho.policy.derive import (
    Device,
    Emergency,
    Grant,
    Post,
    RequestFacts,
    derive_request,
)
from sekisho.terms.periods import Period

RETAIL = {"affiliate", "affiliate_contractor", "other_retailer"}
OURS = {"自社", "切替受付済", "同意照会"}


def span(row):
    return Period(starts=row["valid_from"], ends=row["valid_to"])


def running(grant, at):
    return span(grant).holds(at) and (grant["revoked_at"] is None or at < grant["revoked_at"])


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
        self.ground = {
            (row["会社区分"], row["組織区分"]): (row["閲覧者区分"], row["職務の範囲"])
            for row in classes
        }
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
        """Return the viewer class of a post and the ground of its duty."""
        kinds = self.kind(post["company"]), self.unit_kind.get(post["unit"])
        return self.ground.get(kinds, (None, None))

    def judge(self, access, *, last_used):
        """Return the context and the classes of one access."""
        x = SimpleNamespace(**access, last_used=last_used)
        x.holder = self.now(self.accounts[x.system, x.account], x.at)
        x.person = x.holder and x.holder["person"]
        x.tool = self.now(self.devices[x.device,], x.at)
        x.point = self.points.get(x.record)
        x.contract = x.point and self.now(self.contracts[x.point["record"],], x.at)
        x.post = min(
            (p for p in self.posts[x.person,] if x.person and span(p).holds(x.at)),
            key=lambda p: (self.rank.get(self.ground_of(p)[0], 999), p["company"], p["unit"]),
            default=None,
        )
        x.company = x.post and x.post["company"]
        x.side = x.post and self.side(x.company)
        x.disaster = x.holder is not None and x.holder["kind"] == "disaster"
        lent = any(span(s).holds(x.at) for s in self.support[x.person,])
        x.relief = bool(x.person and x.disaster and lent)
        x.emergency = x.point and self.now(self.districts[x.point["district"],], x.at)
        x.grant, x.scoped, x.granted_for = self.grant(x)
        x.relation = self.relation(x)
        context = self.request(x) | {"契約相手": x.relation, "対象範囲": self.scope(x)}
        return {name: v for name, v in context.items() if v is not None}, self.classes(x)

    def grant(self, x):
        """Return the grant it ran under, whether that names a record or place, and its purpose."""
        every = self.grants[x.person, x.system] if x.person else []
        began = [g for g in every if g["valid_from"] <= x.at]
        alive = [g for g in began if running(g, x.at)]
        level = {"standing": 1, "per_use": 2, "dual": 3}
        for place in ("record", "district", None):
            if place is None:
                fit = [g for g in alive if not g["record"] and not g["district"]]
            else:
                fit = [g for g in alive if x.point and g[place] and g[place] == x.point[place]]
            if fit:
                best = max(fit, key=lambda g: level[g["kind"]])
                purposes = {g["purpose"] for g in fit} - {None}
                named = place is not None or level[best["kind"]] >= 2
                return best, named, purposes.pop() if len(purposes) == 1 else None
        return next((g for g in began if g not in alive), None), False, None

    def request(self, x):
        home, posts = None, self.posts[x.person,] if x.person else None
        if x.holder and x.person:
            since = x.holder["valid_from"]
            sides = {self.side(p["company"]) for p in posts if span(p).holds(since)}
            homes = [p for p in posts if self.side(p["company"]) in sides]
            homes = [p for p in homes if p["valid_from"] <= x.at]
            home = self.now(homes, x.at) or next(iter(homes), None)
        facts = RequestFacts(
            posts=posts
            and tuple(Post(viewer_class=self.ground_of(p)[0], period=span(p)) for p in posts),
            relief=tuple(span(s) for s in self.support[x.person,]) if x.person else (),
            relief_hat=x.disaster,
            purpose=x.purpose or x.granted_for,
            emergencies=x.point
            and tuple(
                Emergency(districts=frozenset({x.point["district"]}), period=span(e))
                for e in self.districts[x.point["district"],]
            ),
            grant=x.grant
            and Grant(kind=x.grant["kind"], period=span(x.grant), revoked_at=x.grant["revoked_at"]),
            device=x.tool
            and Device(
                terminal=x.tool["terminal"],
                period=span(x.tool),
                loans=tuple(span(loan) for loan in self.loans[x.device, x.person]),
            ),
            account=x.holder
            and Account(
                issued_at=x.holder["issued_at"],
                last_used_at=x.last_used,
                closed_at=x.holder["closed_at"],
                holds=tuple(span(h) for h in self.holds[x.person,]),
                post=home and span(home),
            ),
            screen_kind=self.policy.systems[x.system].screens[x.screen].kind,
        )
        context = derive_request(facts, x.at, attributes=self.policy.attributes)
        unsaid = {"承認": not x.person, "端末": not x.device}
        return {n: v for n, v in context.items() if not unsaid.get(n)} | {"認証": x.method}

    def relation(self, x):
        if not x.contract or not x.side:
            return None
        kind, company = x.contract["relation"], x.contract["company"]
        ties = self.ties[x.point["record"], x.side]
        tied = {tie["relation"] for tie in ties if span(tie).holds(x.at)}
        if kind == "retail" and company == x.side:
            return "自社"
        if tied:
            return "切替受付済" if "switch_in" in tied else "同意照会"
        if kind in ("retail", "fit_retail") and company is None:
            return None
        words = {"retail": "他社", "last_resort": "最終保障", "island": "離島"}
        words |= {"fit_network": "送配電買取", "none": "契約なし"}
        return words.get(kind) or ("自社買取" if company == x.side else "他社買取")

    def scope(self, x):
        if not x.post or not x.point:
            return None
        viewer, duty = self.ground_of(x.post)
        everywhere = self.kind(x.company) in RETAIL or viewer in ("国", "監督当局")
        if not (x.emergency if x.relief else everywhere or x.point["area"] in self.areas):
            return "区域外"
        listed = any(
            (w["person"] == x.person if w["person"] else w["company"] == x.company)
            for w in self.work[x.point["record"],]
            if span(w).holds(x.at)
        )
        mine = {"area": True, "own": x.relation in OURS, "work_item": listed}
        alive = x.grant is not None and running(x.grant, x.at)
        if alive and mine.get("work_item" if x.relief else duty, False):
            return "職務内"
        return "承認範囲内" if alive and x.scoped else "範囲外"

    def classes(self, x):
        found = set()
        if x.result != "shown" or not x.record or not x.holder:
            return found
        kind, owner = self.kind(x.company), x.tool and self.kind(x.tool["owner"])
        if x.system == "saiene" and x.holder["kind"] == "shared" and owner in RETAIL:
            found.add("ministry_shared_id")
        if x.point and x.disaster and not x.emergency:
            found.add("outside_emergency")
        if not x.contract:
            return found
        given_by = self.kind(x.holder["granted_by"])
        personal = x.holder["kind"] == "individual" and given_by == "network"
        strange = x.relation is not None and x.relation not in OURS
        about = x.contract["relation"]
        if x.tool and personal and kind in ("network", "network_contractor"):
            whose = x.tool["owner" if kind == "network" else "principal"]
            to = self.side(x.tool["principal"] or x.tool["owner"])
            supplied = about == "retail" and x.contract["company"] == to
            tied = self.now(self.ties[x.point["record"], to], x.at)
            if self.kind(whose) in RETAIL and not supplied and not tied:
                found.add("lent_id" if kind == "network" else "other_principal")
        if kind in RETAIL and personal and strange:
            found.add("stale_after_transfer")
        if kind in RETAIL and not x.relief:
            site = x.tool and self.kind(x.tool["site_company"])
            new = about == "none" and x.contract["status"] == "新設中"
            holds = {
                "terminal_misplaced": owner == "network" and site in RETAIL and strange,
                "last_resort_seen": about == "last_resort",
                "fit_seen": about == "fit_network",
                "new_point_seen": new,
                "mask_gap": about == "retail" and strange,
            }
            found |= {code for code, held in holds.items() if held}
        return found
