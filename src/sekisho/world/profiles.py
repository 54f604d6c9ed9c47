"""What kinds of people look, at what, when and why: one profile per kind of unit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of viewer.

    systems: what they use, with the share of their sessions.
    share:   of all lawful accesses.
    grant:   the kind of approval that they work under.
    """

    name: str
    viewer_class: str
    systems: dict[str, float]
    share: float
    rhythm: str = "office"
    purpose: str
    terminal: str = "送配電端末"
    grant: str = "standing"


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            name="wheeling",
            viewer_class="送配電託送",
            systems={
                "takuso": 60,
                "nwonline": 20,
                "callcenter": 6,
                "lastresort": 10,
                "nwsetting": 4,
            },
            share=0.31,
            purpose="託送供給等",
        ),
        Profile(
            name="renewable",
            viewer_class="送配電託送",
            systems={"fitnw": 62, "saiene": 14, "takuso": 24},
            share=0.06,
            purpose="再エネ買取",
        ),
        Profile(
            name="field",
            viewer_class="配電現場",
            systems={
                "nwonline": 40,
                "nwsetting": 32,
                "takuso": 16,
                "callcenter": 9,
                "lastresort": 1.5,
                "fitnw": 1.5,
            },
            share=0.2,
            rhythm="field",
            purpose="停電保安",
        ),
        Profile(
            name="reception",
            viewer_class="送配電受付",
            systems={"callcenter": 72, "nwonline": 14, "takuso": 12, "lastresort": 1, "fitnw": 1},
            share=0.14,
            rhythm="round",
            purpose="停電保安",
        ),
        Profile(
            name="contractor",
            viewer_class="送配電委託",
            systems={"nwonline": 62, "nwsetting": 28, "takuso": 10},
            share=0.085,
            rhythm="field",
            purpose="停電保安",
            terminal="委託先登録端末",
        ),
        Profile(
            name="contract_reception",
            viewer_class="送配電委託",
            systems={"callcenter": 100},
            share=0.02,
            rhythm="round",
            purpose="停電保安",
            terminal="委託先登録端末",
        ),
        Profile(
            name="administrator",
            viewer_class="送配電管理",
            systems={"takuso": 40, "nwonline": 25, "callcenter": 20, "nwsetting": 15},
            share=0.006,
            purpose="保守運用",
            grant="dual",
        ),
        Profile(
            name="audit",
            viewer_class="送配電監査",
            systems={"takuso": 55, "nwonline": 15, "callcenter": 10, "fitnw": 10, "lastresort": 10},
            share=0.006,
            purpose="監査点検",
            grant="per_use",
        ),
        Profile(
            name="sales",
            viewer_class="関係小売営業",
            systems={"takuso": 58, "nwonline": 22, "callcenter": 12, "nwsetting": 8},
            share=0.115,
            purpose="小売供給",
            terminal="小売登録端末",
        ),
        Profile(
            name="sales_contractor",
            viewer_class="関係小売委託",
            systems={"takuso": 70, "nwonline": 30},
            share=0.018,
            purpose="小売供給",
            terminal="委託先登録端末",
        ),
        Profile(
            name="retailer",
            viewer_class="新電力",
            systems={"takuso": 72, "nwonline": 20, "callcenter": 4, "nwsetting": 4},
            share=0.032,
            purpose="小売供給",
            terminal="小売登録端末",
        ),
        Profile(
            name="ministry",
            viewer_class="国",
            systems={"saiene": 100},
            share=0.009,
            purpose="認定事務",
            terminal="官公庁端末",
        ),
        Profile(
            name="regulator",
            viewer_class="監督当局",
            systems={"takuso": 100},
            share=0.0006,
            purpose="監督対応",
            terminal="官公庁端末",
            grant="per_use",
        ),
        Profile(
            name="none",
            viewer_class="",
            systems={},
            share=0.0,
            purpose="",
        ),
    )
}

# (company kind, unit kind) -> profile: who of the group looks into the systems at all.
BY_UNIT = {
    ("network", "service_centre"): "wheeling",
    ("network", "renewable"): "renewable",
    ("network", "it"): "administrator",
    ("network", "compliance"): "audit",
    ("network", "internal_audit"): "audit",
    ("network", "branch"): "audit",
    ("network", "operation"): "field",
    ("network", "distribution"): "field",
    ("network", "call_centre"): "reception",
    ("network_contractor", "meter"): "contractor",
    ("network_contractor", "line"): "contractor",
    ("network_contractor", "call_centre"): "contract_reception",
    ("network_contractor", "it"): "administrator",
    ("affiliate", "sales"): "sales",
    ("affiliate", "call_centre"): "sales",
    ("affiliate_contractor", "sales"): "sales_contractor",
    ("other_retailer", "retailer"): "retailer",
    ("government", "ministry"): "ministry",
    ("regulator", "regulator"): "regulator",
}
