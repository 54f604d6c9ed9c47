"""応援者名簿 is renewed company by company: who is not listed any more is struck off."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sekisho.grants import roster as rule
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Company, Person, Unit
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import RosterLine
from sekisho_web.grants.queries import roster as queries
from sekisho_web.ledger import operations as ledger

CHUNK = 1_000


class CannotRenew(Refused):
    """The roster is not renewed."""


@transaction.atomic
def renew(
    *,
    owner: Company,
    company: Company,
    lines: Sequence[rule.Line],
    expected: str,
    by: Person,
    now: datetime,
) -> rule.Change:
    """Make `lines` the roster of the helpers of `company` for `owner`, and return what changed.

    expected: the digest of the difference that was looked at: another one is refused.
    """
    Company.objects.select_for_update().get(pk=company.pk)  # two lists of one company, in turn
    current = list(
        RosterLine.objects.filter(owner=owner, unit__company=company, removed_at=None)
        .select_related("unit")
        .order_by("pk")
    )
    change = rule.change(queries.as_rules(current), lines)
    if queries.digest_of(change) != expected:
        raise CannotRenew(
            Refusal(
                reason="見ていた間に、名簿か発令が変わりました",
                remedy="もう一度ファイルを選び、変わることを見てください",
            )
        )
    over = {int(key) for key in (*change.gone, *(line.person for line in change.changed))}
    RosterLine.objects.filter(pk__in=[row.pk for row in current if row.person_id in over]).update(
        removed_at=now
    )
    units = dict(Unit.objects.filter(company=company).values_list("code", "pk"))
    RosterLine.objects.bulk_create(
        [
            RosterLine(
                person_id=int(line.person),
                owner=owner,
                unit_id=units[line.unit],
                skills=list(line.skills),
                is_sales=line.is_sales,
                trained_on=line.trained_on,
                listed_at=now,
            )
            for line in (*change.new, *change.changed)
        ],
        batch_size=CHUNK,
    )
    if not change.is_empty:
        ledger.append(
            kind=Kind.GOVERNANCE,
            actor=by,
            subject=company,
            at=now,
            details={
                "act": "応援者名簿の更新",
                "for": owner.code,
                "new": len(change.new),
                "changed": len(change.changed),
                "gone": len(change.gone),
                "same": change.same,
                "people": sorted(
                    [*(line.person for line in (*change.new, *change.changed)), *change.gone],
                    key=int,
                ),
            },
        )
    return change
