"""The invented people at the door of the demo: one for each class of viewer, and the lines."""

from dataclasses import dataclass

PASSWORD = "haru-no-umi-demo"  # noqa: S105  # good in demo mode only; printed by the demo
EVERYWHERE = ("takuso", "nwonline", "callcenter", "nwsetting", "lastresort", "fitnw", "saiene")
ORDINARY = tuple(one for one in EVERYWHERE if one != "saiene")  # that is approved for each use
FOR_RELIEF = EVERYWHERE[:4]  # what its tables show helpers anything of
DISTRICTS = ("0901", "0902")  # of approvals and of the emergency


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """Grants of one kind and purpose for some systems."""

    kind: str
    purpose: str
    systems: tuple[str, ...] = EVERYWHERE
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One invented person: where they work, from which terminal, under which grants."""

    login: str
    name: str
    kana: str
    company_kind: str
    unit_kind: str
    terminal: str
    grants: tuple[Approved, ...]
    relief: bool = False
    title: str = "担当"
    office: str = ""  # for which systems they answer: system_officer (all), use_officer (theirs)


def standing(*purposes: str) -> tuple[Approved, ...]:
    return tuple(
        Approved(kind="standing", purpose=purpose, systems=ORDINARY) for purpose in purposes
    )


def approved(kind: str, purpose: str) -> tuple[Approved, ...]:
    return (Approved(kind=kind, purpose=purpose, areas=DISTRICTS),)


ROLES = (
    Role(
        login="wheeling",
        name="青海 つむぎ",
        kana="あおみ つむぎ",
        company_kind="network",
        unit_kind="service_centre",
        terminal="network",
        grants=(
            *standing("託送供給等", "再エネ買取", "停電保安"),
            Approved(kind="period", purpose="再エネ買取", systems=("saiene",), areas=DISTRICTS),
        ),
    ),
    Role(
        login="reception",
        name="石動 はるひ",
        kana="いするぎ はるひ",
        company_kind="network",
        unit_kind="call_centre",
        terminal="network",
        grants=standing("停電保安"),
    ),
    Role(
        login="field",
        name="梅ヶ枝 たくま",
        kana="うめがえ たくま",
        company_kind="network",
        unit_kind="distribution",
        terminal="network",
        grants=standing("停電保安", "託送供給等"),
    ),
    Role(
        login="contractor",
        name="江良 なぎさ",
        kana="えら なぎさ",
        company_kind="network_contractor",
        unit_kind="meter",
        terminal="contractor",
        grants=standing("停電保安"),
    ),
    Role(
        login="line2",
        name="大隅 しおり",
        kana="おおすみ しおり",
        company_kind="network",
        unit_kind="compliance",
        terminal="network",
        grants=approved("period", "監査点検"),
    ),
    Role(
        login="line3",
        name="鏡原 いつき",
        kana="かがみはら いつき",
        company_kind="network",
        unit_kind="internal_audit",
        terminal="network",
        grants=approved("period", "監査点検"),
    ),
    Role(
        login="it",
        name="霧島田 そう",
        kana="きりしまだ そう",
        company_kind="network",
        unit_kind="it",
        terminal="network",
        grants=approved("dual", "保守運用"),
        title="システム管理課長",
        office="system_officer",
    ),
    Role(
        login="sales",
        name="玖珂 みのり",
        kana="くが みのり",
        company_kind="affiliate",
        unit_kind="sales",
        terminal="retailer",
        grants=standing("小売供給", "切替手続", "営業提案"),
    ),
    Role(
        login="agency",
        name="気仙 かなで",
        kana="けせん かなで",
        company_kind="affiliate_contractor",
        unit_kind="sales",
        terminal="contractor",
        grants=standing("小売供給", "切替手続", "営業提案"),
    ),
    Role(
        login="rival",
        name="越智田 れん",
        kana="おちだ れん",
        company_kind="other_retailer",
        unit_kind="retailer",
        terminal="retailer",
        grants=standing("小売供給", "切替手続", "営業提案"),
    ),
    Role(
        login="relief",
        name="佐世 ほたる",
        kana="させ ほたる",
        company_kind="affiliate",
        unit_kind="call_centre",
        terminal="lent",
        grants=(
            *standing("小売供給"),
            Approved(kind="period", purpose="非常災害対応", areas=DISTRICTS),
        ),
        relief=True,
    ),
    Role(
        login="ministry",
        name="七種 あきら",
        kana="さいくさ あきら",
        company_kind="government",
        unit_kind="ministry",
        terminal="government",
        grants=(Approved(kind="standing", purpose="認定事務", systems=("saiene",)),),
    ),
    Role(
        login="regulator",
        name="周防 すずね",
        kana="すおう すずね",
        company_kind="regulator",
        unit_kind="regulator",
        terminal="government",
        grants=approved("period", "監督対応"),
    ),
    Role(
        login="manager",
        name="瀬峰 ひさぎ",
        kana="せみね ひさぎ",
        company_kind="network",
        unit_kind="service_centre",
        terminal="network",
        grants=standing("託送供給等"),
        title="課長",
        office="use_officer",
    ),
    Role(
        login="leader",
        name="高森 すみれ",
        kana="たかもり すみれ",
        company_kind="affiliate",
        unit_kind="compliance",
        terminal="retailer",
        grants=standing("小売供給"),
        title="管理責任者",
        office="use_officer",
    ),
)
