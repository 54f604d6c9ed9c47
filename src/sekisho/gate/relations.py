"""契約相手 and 対象範囲: the two values that belong to the record, said once for every engine.

PostgreSQL computes both inside the masked view (`sekisho.gate.views`); these functions are the
definition that its answers are held against, and that the pages explain a row with.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

RELIEF = "/relief"  # a party with the relief hat on: it meets its own customers as a stranger


class Relation(IntEnum):
    """How the viewer's company stands to the record; of several, the smallest speaks (優先)."""

    OWN = 1  # 自社
    SWITCH_IN = 2  # 切替受付済
    CONSENT = 3  # 同意照会
    LAST_RESORT = 4  # 最終保障
    ISLAND = 5  # 離島
    FIT_NETWORK = 6  # 送配電買取
    FIT_OWN = 7  # 自社買取
    FIT_RIVAL = 8  # 他社買取
    RIVAL = 9  # 他社
    NO_CONTRACT = 10  # 契約なし

    @property
    def word(self) -> str:
        return _RELATION_WORDS[self]

    @property
    def owner_class(self) -> str:
        """Return the class of owner that a record of a look counts the row under."""
        return _OWNER_CLASSES.get(self, "unknown")


_RELATION_WORDS = {
    Relation.OWN: "自社",
    Relation.SWITCH_IN: "切替受付済",
    Relation.CONSENT: "同意照会",
    Relation.LAST_RESORT: "最終保障",
    Relation.ISLAND: "離島",
    Relation.FIT_NETWORK: "送配電買取",
    Relation.FIT_OWN: "自社買取",
    Relation.FIT_RIVAL: "他社買取",
    Relation.RIVAL: "他社",
    Relation.NO_CONTRACT: "契約なし",
}
_OWNER_CLASSES = {
    Relation.OWN: "own",
    Relation.FIT_OWN: "own",
    Relation.SWITCH_IN: "own",
    Relation.CONSENT: "own",
    Relation.RIVAL: "rival",
    Relation.FIT_RIVAL: "rival",
    Relation.LAST_RESORT: "last_resort",
}
RELATIONS: Mapping[str, Relation] = {relation.word: relation for relation in Relation}


class Scope(IntEnum):
    """On what ground a record is within reach; of several, the smallest speaks (優先)."""

    OUT_OF_AREA = 1  # 区域外
    IN_DUTY = 2  # 職務内
    IN_APPROVAL = 3  # 承認範囲内
    OUT_OF_SCOPE = 4  # 範囲外

    @property
    def word(self) -> str:
        return ("区域外", "職務内", "承認範囲内", "範囲外")[self - 1]


SCOPES: Mapping[str, Scope] = {scope.word: scope for scope in Scope}


class Duty(StrEnum):
    """What makes a record part of somebody's work (`content/viewer_classes.csv`)."""

    AREA = "area"  # every record of the areas of the post
    OWN = "own"  # own contracts, accepted switches and consented inquiries
    WORK_ITEM = "work_item"  # the records of work orders and of own intake
    NONE = "none"  # no duty: only what a grant names


def relation_to(party: str, owner_key: str | None) -> Relation | None:
    """Return how `party` stands to a record of `owner_key`, ties aside; None where it is unknown.

    party:     a company code; with `/relief` behind it while the relief hat is on.
    owner_key: kind of contract and company, as `retail:R012`.
    """
    kind, colon, company = (owner_key or "").partition(":")
    if not colon or not party:
        return None
    mine = company == party  # never with the relief hat on: no company has a slash in its code
    match kind:
        case "retail":
            return Relation.OWN if mine else Relation.RIVAL
        case "fit_retail":
            return Relation.FIT_OWN if mine else Relation.FIT_RIVAL
        case "last_resort":
            return Relation.LAST_RESORT
        case "island":
            return Relation.ISLAND
        case "fit_network":
            return Relation.FIT_NETWORK
        case "none":
            return Relation.NO_CONTRACT
        case _:
            return None


def reach(
    parties: Mapping[str, Collection[Relation]], owner_keys: Iterable[str]
) -> Iterator[tuple[str, str, Relation]]:
    """Yield which owner keys each party may meet, and as what.

    parties: party -> the relations in which the live tables show it any row at all. What is not
             among them is left out, so that the second belt (row security) stops it as well.
    """
    keys = sorted(set(owner_keys))
    for party in sorted(parties):
        for key in keys:
            relation = relation_to(party, key)
            if relation is not None and relation in parties[party]:
                yield party, key, relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one use may touch: the area, the duty of the post, and what its grant writes.

    areas:         the districts of the person's side (or of the running emergencies).
    written_areas: the districts written in the grant; None where the grant writes none.
    listed:        True where the grant writes records; then no other record is in its scope.
    standing:      True for a standing grant: where it writes nothing, it covers the whole duty.
    """

    areas: frozenset[str]
    duty: Duty
    written_areas: frozenset[str] | None
    listed: bool
    standing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A switch that was accepted, or a consent: half-open, an open end is None."""

    company: str
    relation: Relation
    starts: datetime
    ends: datetime | None


def relation_of(
    party: str, company: str, owner_key: str | None, ties: Iterable[Tie], at: datetime
) -> Relation | None:
    """Return 契約相手 of one record at one moment; of several relations the smallest speaks."""
    held = [
        tie.relation
        for tie in ties
        if tie.company == company and tie.starts <= at and (tie.ends is None or at < tie.ends)
    ]
    base = relation_to(party, owner_key)
    return min([*held, *([] if base is None else [base])], default=None)


def scope_of(
    use: Reach, *, area: str | None, relation: Relation, has_work: bool, is_listed: bool
) -> Scope | None:
    """Return 対象範囲 of one record under one use; None (不明) for a record without an area.

    Out of area beats everything. An approval for one record opens nothing else: outside what the
    grant writes, a record is 範囲外 even within one's own duty.
    """
    if area is None:
        return None
    if area not in use.areas:
        return Scope.OUT_OF_AREA
    written = use.listed or use.written_areas is not None
    covered = (
        (is_listed if use.listed else True)
        and (use.written_areas is None or area in use.written_areas)
        and (written or use.standing)
    )
    if not covered:
        return Scope.OUT_OF_SCOPE
    match use.duty:
        case Duty.AREA:
            in_duty = True
        case Duty.OWN:
            in_duty = relation <= Relation.CONSENT
        case Duty.WORK_ITEM:
            in_duty = has_work
        case Duty.NONE:
            in_duty = False
    if in_duty:
        return Scope.IN_DUTY
    return Scope.IN_APPROVAL if written else Scope.OUT_OF_SCOPE
