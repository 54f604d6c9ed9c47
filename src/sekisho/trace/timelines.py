"""What was true when: facts turned into periods of which one key has at most one at a time.

Each function returns an Ibis table with the columns `f` and `e`, half open, `f < e`. All of them
are small beside the log; absence is a row wherever a gap must be told from an unknown key.
"""

from collections.abc import Sequence
from typing import Any

import ibis
from ibis import _

from sekisho.trace.schema import TIME, Facts

Table = Any  # an Ibis table; Ibis has no types of its own to check

RETAIL = ("affiliate", "affiliate_contractor", "other_retailer")  # 小売側の会社
NO = ibis.literal(value=False)
YES = ibis.literal(value=True)
NO_END = ibis.literal("9999-12-31 00:00:00+00:00").cast(TIME)


def spanned(table: Table, *, until: Any = None) -> Table:  # noqa: ANN401
    """Return the rows with their periods as `f`, `e`; a period that is empty holds never."""
    ends = table.valid_to if until is None else until
    return (
        table.mutate(f=table.valid_from, e=ends.coalesce(NO_END))
        .drop("valid_from", "valid_to")
        .filter(_.f < _.e)
    )


def overlapping(table: Table, key: Sequence[str]) -> Table:
    """Return the periods that begin before an earlier one of the same key has ended."""
    before = ibis.window(group_by=list(key), order_by=["f", "e"], preceding=(None, 1))
    return table.mutate(earlier=_.e.max().over(before)).filter(_.f < _.earlier).drop("earlier")


def sound(table: Table, key: Sequence[str]) -> Table:
    """Return the periods that do not begin before an earlier one of the same key has ended."""
    before = ibis.window(group_by=list(key), order_by=["f", "e"], preceding=(None, 1))
    marked = table.mutate(earlier=_.e.max().over(before))
    return marked.filter(marked.earlier.isnull() | (marked.f >= marked.earlier)).drop("earlier")


def merged(table: Table, key: Sequence[str]) -> Table:
    """Return the stretches of time in which at least one row of the key holds."""
    before = ibis.window(group_by=list(key), order_by=["f", "e"], preceding=(None, 1))
    so_far = ibis.window(group_by=list(key), order_by=["f", "e"], preceding=(None, 0))
    rows = table.select(*key, "f", "e").mutate(reach=_.e.max().over(before))
    rows = rows.mutate(new=ibis.cases((rows.reach >= rows.f, 0), else_=1))
    rows = rows.mutate(island=rows.new.sum().over(so_far))
    stretches = rows.group_by([*key, "island"]).aggregate(f=rows.f.min(), e=rows.e.max())
    return stretches.drop("island")


def cut(table: Table, key: Sequence[str]) -> Table:
    """Return the stretches between any two edges of the key, without what holds in them."""
    edges = ibis.union(
        table.select(*key, at=table.f), table.select(*key, at=table.e), distinct=True
    )
    following = ibis.window(group_by=list(key), order_by="at")
    return edges.mutate(e=_.at.lead().over(following)).filter(_.e.notnull()).rename(f="at")


def companies(facts: Facts) -> Table:
    """Return for each company whose customers are its own (a contractor's: the principal's)."""
    known = facts["companies"]
    return known.select(
        company=known.code,
        company_name=known.name,
        company_kind=known.kind,
        side=known.principal.coalesce(known.code),
        retail=known.kind.isin(RETAIL),
    )


def posts(facts: Facts, company: Table) -> Table:
    """Return each appointment with its company, viewer class, rank (優先) and ground of duty."""
    held = spanned(facts["posts"]).drop("kind")
    unit = facts["units"].select("unit", unit_kind="kind")
    held = held.left_join(unit, "unit").drop("unit_right")
    held = held.left_join(company, "company").drop("company_right")
    classes = facts["classes"]
    held = held.left_join(classes, ["company_kind", "unit_kind"])
    return held.select(
        "person",
        "company",
        "unit",
        "f",
        "e",
        "side",
        "company_kind",
        "retail",
        "viewer_class",
        "duty",
        rank=held["rank"].coalesce(999),
    )


HOLDER = ("system", "account", "since")  # one holder's time with one account


def holders(facts: Facts) -> Table:
    """Return who held which account when; `since` tells the holders of one account apart."""
    held = sound(spanned(facts["accounts"]), ("system", "account"))
    return held.mutate(since=held.f)


def permits(facts: Facts) -> Table:
    """Return the grants with the end that was true: the earlier of the written and the revoked."""
    given = facts["grants"]
    ends = ibis.least(given.valid_to.coalesce(NO_END), given.revoked_at.coalesce(NO_END))
    level = ibis.cases(
        (given.kind == "dual", 3), (given.kind.isin(["per_use", "period"]), 2), else_=1
    )
    return spanned(given.mutate(level=level), until=ends).drop("revoked_at")


def stretches(holders: Table, posts: Table, permits: Table, facts: Facts) -> Table:
    """Return each holder's time cut wherever something about the holder changes."""
    key = [*HOLDER, "person"]
    whole = holders.select(*key, "f", "e")
    edges = [whole.select(*key, at="f"), whole.select(*key, at="e")]
    about = [
        posts.select("person", "f", "e"),
        spanned(facts["supporters"]).select("person", "f", "e"),
        spanned(facts["holds"]).select("person", "f", "e"),
    ]
    granted = permits.select("person", "system", "f", "e")
    inside = [whole.inner_join(changes, "person", rname="at_{name}") for changes in about]
    inside.append(whole.inner_join(granted, ["person", "system"], rname="at_{name}"))
    edges.extend(
        both.filter((both[edge] > both.f) & (both[edge] < both.e)).select(*key, at=edge)
        for both in inside
        for edge in ("at_f", "at_e")
    )
    every = ibis.union(*edges, distinct=True)
    following = ibis.window(group_by=list(HOLDER), order_by="at")
    return every.mutate(e=_.at.lead().over(following)).filter(_.e.notnull()).rename(f="at")


def _during(stretches: Table, changes: Table, *more: str) -> Table:
    """Return stretches joined with what holds at their beginning (and so throughout)."""
    both = stretches.inner_join(changes, ["person", *more], rname="held_{name}")
    return both.filter((both.f >= both.held_f) & (both.f < both.held_e))


def viewers(stretches: Table, holders: Table, posts: Table, permits: Table, facts: Facts) -> Table:
    """Return for each stretch of each account who looked through it, and as what.

    Of several posts the one with the smallest rank (優先) gives class, company and unit.
    """
    key = [*HOLDER, "f"]
    now = _during(stretches, posts)
    # of two posts of one rank the one with the smaller codes, so that every run says the same
    now = now.mutate(first=now["rank"].cast("string").lpad(4, "0") + now.company + now.unit)
    held = now.group_by(key).aggregate(
        company=now.company.argmin(now["first"]),
        company_kind=now.company_kind.argmin(now["first"]),
        unit=now.unit.argmin(now["first"]),
        duty=now.duty.argmin(now["first"]),
        side=now.side.argmin(now["first"]),
        rank=now["rank"].min(),
        worst=now["rank"].max(),
        retail=now.retail.argmin(now["first"]),
    )
    ranks = facts["classes"].select("viewer_class", "rank").distinct()
    held = held.left_join(ranks, "rank").drop("rank_right")
    held = held.mutate(
        viewer_class=ibis.cases((held.worst < 999, held.viewer_class)),
    ).drop("rank", "worst")
    home = holders.inner_join(posts, "person", rname="post_{name}")
    home = home.filter((home.f >= home.post_f) & (home.f < home.post_e))
    home = home.select(*HOLDER, "side").distinct()
    at_home = now.select(*key, "side").inner_join(home, [*HOLDER, "side"])
    at_home = at_home.select(*key).distinct().mutate(at_home=YES)
    known_home = home.select(*HOLDER).distinct().mutate(known_home=YES)
    relief = _during(stretches, spanned(facts["supporters"])).select(*key).distinct()
    relief = relief.mutate(relief=YES)
    stopped = _during(stretches, spanned(facts["holds"])).select(*key).distinct()
    stopped = stopped.mutate(held=YES)
    wide = permits.filter(permits.district.isnull() & permits.record.isnull())
    granted = _during(stretches, wide, "system")
    granted = granted.group_by(key).aggregate(
        level=granted.level.max(),
        grant_purpose=ibis.cases((granted.purpose.nunique() == 1, granted.purpose.min())),
    )
    began = stretches.inner_join(permits, ["person", "system"], rname="held_{name}")
    began = began.filter(began.held_f <= began.f).select(*key).distinct().mutate(began=YES)
    register = holders.select(*HOLDER, "kind", "granted_by", "issued_at", "closed_at")
    company = companies(facts).select(granted_by="company", granted_kind="company_kind")
    register = register.left_join(company, "granted_by").drop("granted_by_right")
    found = stretches.left_join(register, list(HOLDER)).drop(*(f"{one}_right" for one in HOLDER))
    for part, on in (
        (held, key),
        (at_home, key),
        (known_home, list(HOLDER)),
        (relief, key),
        (stopped, key),
        (granted, key),
        (began, key),
    ):
        found = found.left_join(part, on).drop(*(f"{one}_right" for one in on))
    return found.select(
        viewer_id=ibis.row_number().over(order_by=["system", "account", "f"]).cast("int32"),
        viewer_system="system",
        viewer_account="account",
        viewer_f="f",
        viewer_e="e",
        person="person",
        account_kind="kind",
        from_network=(found.granted_kind == "network").fill_null(NO),
        issued_at="issued_at",
        closed_at="closed_at",
        company="company",
        unit="unit",
        duty="duty",
        side="side",
        company_kind="company_kind",
        retail=found.retail.fill_null(NO),
        viewer_class="viewer_class",
        at_home=found.at_home.fill_null(NO),
        known_home=found.known_home.fill_null(NO),
        relief=found.relief.fill_null(NO),
        held=found.held.fill_null(NO),
        grant_level=found.level.fill_null(0),
        grant_purpose="grant_purpose",
        grant_began=found.began.fill_null(NO),
    )


def devices(facts: Facts, company: Table) -> Table:
    """Return whose each device was, where it stood and for whose work it was."""
    known = sound(spanned(facts["devices"]), ("device",))
    owner = company.select(
        owner="company", owner_side="side", owner_retail="retail", owner_kind="company_kind"
    )
    principal = company.select(
        principal="company", principal_side="side", principal_retail="retail"
    )
    site = company.select(site_company="company", site_retail="retail")
    known = known.left_join(owner, "owner").drop("owner_right")
    known = known.left_join(principal, "principal").drop("principal_right")
    known = known.left_join(site, "site_company").drop("site_company_right")
    return known.select(
        device_key="device",
        device_f="f",
        device_e="e",
        terminal="terminal",
        owner_retail=known.owner_retail.fill_null(NO),
        owner_network=(known.owner_kind == "network").fill_null(NO),
        principal_retail=known.principal_retail.fill_null(NO),
        site_retail=known.site_retail.fill_null(NO),
        device_side=known.principal_side.coalesce(known.owner_side),
    )


def points(facts: Facts) -> Table:
    """Return what each number or facility named when: the point and the contract on it.

    Gaps are rows without a relation: the point is known, its contract is not.
    """
    ran = sound(spanned(facts["contracts"]), ("record",))
    ran = ran.select("record", "f", "e", "contract", "customer", "relation", "company", "status")
    order = ibis.window(group_by="record", order_by="f")
    ends = ran.mutate(next=_.f.lead().over(order).coalesce(NO_END)).filter(_.e < _.next)
    never = ibis.literal("0001-01-01 00:00:00+00:00").cast(TIME)
    first = ran.group_by("record").aggregate(e=ran.f.min())
    every = facts["points"].select("record").distinct()
    first = every.left_join(first, "record").drop("record_right")
    first = first.mutate(e=first.e.coalesce(NO_END), f=never).filter(_.f < _.e)
    gaps = ibis.union(ends.select("record", f="e", e="next"), first.select("record", "f", "e"))
    nothing = ibis.null("string")
    gaps = gaps.mutate(
        contract=nothing, customer=nothing, relation=nothing, company=nothing, status=nothing
    )
    rows = ibis.union(ran, gaps.select(*ran.columns))
    known = facts["points"].select("record", "facility", "area", "district")
    known = known.mutate(in_area=known.area.isin(facts["areas"].area).fill_null(NO))
    rows = rows.inner_join(known, "record")
    rows = rows.mutate(
        point_id=ibis.row_number().over(order_by=["record", "f"]).cast("int32"),
    )
    one = rows.filter(rows.facility.notnull())
    sole = one.group_by("facility").aggregate(sole=one.record.min())
    one = one.inner_join(sole, "facility").filter(_.record == _.sole)
    return ibis.union(_named(rows, "record"), _named(one.select(*rows.columns), "facility"))


def _named(rows: Table, key: str) -> Table:
    return rows.select(
        point_key=key,
        point_f="f",
        point_e="e",
        point_id="point_id",
        point="record",
        in_area="in_area",
        district="district",
        contract="contract",
        customer="customer",
        contract_kind="relation",
        owner="company",
        status="status",
    )
