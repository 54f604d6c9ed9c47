"""Which systems are open to relief (災害応援) at all: the decision tables say so, nobody else."""

from collections.abc import Mapping
from datetime import date

from sekisho.policy.attributes import (
    ACCOUNT_STATE,
    APPROVAL,
    AUTHENTICATION,
    CIRCUMSTANCE,
    PURPOSE,
    RELATION,
    SCOPE,
    SCREEN_KIND,
    TERMINAL,
    VIEWER_CLASS,
)
from sekisho.policy.system import Policy
from sekisho.policy.treatment import Treatment

# A helper to whom nothing is missing: whom even this shows no record, no emergency opens it to.
BEST: Mapping[str, str] = {
    VIEWER_CLASS: "災害応援",
    PURPOSE: "非常災害対応",
    CIRCUMSTANCE: "非常災害",
    APPROVAL: "都度承認済",
    TERMINAL: "災害貸与端末",
    AUTHENTICATION: "多要素",
    ACCOUNT_STATE: "有効",
    SCOPE: "承認範囲内",
}
SCREENS, CUSTOMERS = ("検索", "一覧", "詳細"), ("自社", "他社")


def open_to_relief(policy: Policy, *, day: date) -> frozenset[str]:
    """Return the keys of the systems that show a helper any record, by the tables of `day`.

    The system for last resort supply, that of the network's FIT contracts and the ministry's are
    not among them: their tables refuse every helper.
    """
    return frozenset(
        key
        for key, system in policy.systems.items()
        if any(
            system.on(day).table.decide({**BEST, SCREEN_KIND: screen, RELATION: customer}).row
            < Treatment.REFUSE
            for screen in SCREENS
            for customer in CUSTOMERS
        )
    )
