"""Stock-taking (現品照合): opened, read label by label, closed, approved by another unit."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from sekisho.ledger.leaves import Kind
from sekisho.terminals import labels
from sekisho.terminals import stocktaking as rule
from sekisho.terminals.stocktaking import Result
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Company, Person, Unit
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.models import Count, Device, Site, Stocktaking
from sekisho_web.terminals.queries.counting import expected_at, outcome_of

# What becomes a finding, of which kind, and in which words.
FINDINGS = {
    Result.MISSING: ("device_missing", "端末 {label} は、照合 {code} で見つかりませんでした。"),
    Result.UNKNOWN: ("device_unknown", "照合 {code} で、台帳にない札「{label}」を読みました。"),
    Result.MISPLACED: (
        "misplaced",
        "照合 {code} で、端末 {label} が登録と違う場所（{places}）にありました。",
    ),
    Result.DUPLICATE: (
        "device_unknown",
        "照合 {code} で、同じ札「{label}」を二つの場所（{places}）で読みました。",
    ),
}
NOWHERE = "場所の指定なし"
MOST = 5_000  # labels of one file


class CannotCount(Refused):
    """Nothing was read, closed or approved."""


@transaction.atomic
def open_counting(
    *,
    kind: Stocktaking.Kind,
    company: Company,
    site: Site | None,
    occasion: str,
    due: datetime,
    by: Person,
    now: datetime,
) -> Stocktaking:
    """Open a count of what should stand now at `site`, or with `company` anywhere; return it."""
    expected = expected_at(company=company, site=site, now=now)
    if not expected:
        raise CannotCount(
            Refusal(
                reason="そこにあるはずの端末がありません",
                remedy="場所を選び直すか、端末台帳に場所を登録してください",
            )
        )
    if due <= now:
        raise CannotCount(
            Refusal(reason="期限が過ぎています", remedy="これからの日を期限にしてください")
        )
    day = day_in_japan(now)
    number = Stocktaking.objects.filter(code__startswith=f"ST{day:%Y%m%d}-").count() + 1
    counting = Stocktaking.objects.create(
        code=f"ST{day:%Y%m%d}-{number:02d}",
        kind=kind,
        company=company,
        site=site,
        occasion=occasion,
        expected=dict(expected),
        opened_at=now,
        opened_by=by,
        due_at=due,
    )
    _enter("現品照合の開始", counting, by=by, now=now, expected=len(expected))
    return counting


@transaction.atomic
def count(
    *,
    counting: Stocktaking,
    texts: Iterable[str],
    place: str,
    how: Count.How,
    by: Person,
    now: datetime,
) -> list[Count]:
    """Keep every label that was read, and return them; a misread one refuses all of them.

    place: code of the site at which they were read; "" counts as the site of the count.
    """
    counting = Stocktaking.objects.select_for_update(of=("self",)).get(pk=counting.pk)
    if counting.closed_at is not None:
        raise CannotCount(
            Refusal(reason="この照合は数え終わっています", remedy="一覧を開き直してください")
        )
    found = [labels.read(text) for text in texts]
    if len(found) > MOST:
        raise CannotCount(
            Refusal(reason=f"一度に読めるのは {MOST:,} 枚までです", remedy="分けてください")
        )
    if fault := next((one.fault for one in found if one.fault), None):
        raise CannotCount(fault)
    place = place or (counting.site.code if counting.site else "")
    numbers = [one.number for one in found]
    devices = {
        device.number: device for device in Device.objects.filter(number__in=numbers, valid_to=None)
    }
    made = Count.objects.bulk_create(
        Count(
            stocktaking=counting,
            device=devices.get(number),
            label=number,
            place=place,
            how=how,
            counted_at=now,
            counted_by=by,
        )
        for number in numbers
    )
    _enter("現品照合の読取り", counting, by=by, now=now, labels=len(made), how=str(how))
    return made


@transaction.atomic
def close(*, counting: Stocktaking, by: Person, unit: Unit, now: datetime) -> Stocktaking:
    """Close a count and return it; what is not as the register says is a finding each."""
    counting = Stocktaking.objects.select_for_update(of=("self",)).get(pk=counting.pk)
    refusal = rule.refusal_to_close(
        is_open=counting.closed_at is None, read=counting.counts.count()
    )
    if refusal:
        raise CannotCount(refusal)
    lines = outcome_of(counting)
    counting.closed_at, counting.closed_by, counting.closed_in = now, by, unit
    counting.totals = rule.totals(lines)
    counting.save(update_fields=["closed_at", "closed_by", "closed_in", "totals"])
    _tell(counting, lines, now=now)
    _enter("現品照合の終わり", counting, by=by, now=now, **counting.totals)
    return counting


@transaction.atomic
def approve(*, counting: Stocktaking, by: Person, unit: Unit, now: datetime) -> Stocktaking:
    """Approve a count as somebody of another unit who read no label of it, and return it."""
    counting = Stocktaking.objects.select_for_update(of=("self",)).get(pk=counting.pk)
    readers = counting.counts.values_list("counted_by__code", flat=True).distinct()
    closer = {counting.closed_by.code} if counting.closed_by else set()
    refusal = rule.refusal_to_approve(
        is_closed=counting.closed_at is not None,
        is_approved=counting.approved_at is not None,
        by=by.code,
        unit=unit.pk,
        counted_by={*readers, *closer},
        counted_in=counting.closed_in_id,
    )
    if refusal:
        raise CannotCount(refusal)
    counting.approved_at, counting.approved_by, counting.approved_in = now, by, unit
    counting.save(update_fields=["approved_at", "approved_by", "approved_in"])
    _enter("現品照合の承認", counting, by=by, now=now)
    return counting


def _tell(counting: Stocktaking, lines: Sequence[rule.Line], *, now: datetime) -> None:
    for line in lines:
        if line.result not in FINDINGS:
            continue
        kind, words = FINDINGS[line.result]
        tell(
            "finding",
            kind=kind,
            key=f"{counting.code}:{line.label}"[:200],
            sentence=words.format(
                label=line.label,
                code=counting.code,
                places="、".join(place or NOWHERE for place in line.places),
            ),
            at=now,
            subject=line.label[:80],
        )


def _enter(
    act: str, counting: Stocktaking, *, by: Person, now: datetime, **more: int | str
) -> None:
    ledger.append(
        kind=Kind.GOVERNANCE, actor=by, subject=counting, at=now, details={"act": act, **more}
    )
