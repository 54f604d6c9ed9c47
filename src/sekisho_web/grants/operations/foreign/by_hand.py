"""Uses that are written down by hand (手書きの利用記録), closed into a record and reconciled."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from sekisho.ledger.leaves import Kind
from sekisho.terms.days import JST, day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_links.grants.foreign_logs import Source
from sekisho_web.accounts.models import Account, Person, System
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.models import ManualUse, Reconciliation
from sekisho_web.grants.operations.foreign.receiving import receive, source_for
from sekisho_web.ledger import operations as ledger

LONGEST = timedelta(hours=24)


@transaction.atomic
def write_down(
    *,
    account: Account,
    starts_at: datetime,
    ends_at: datetime,
    action: str,
    thing: str,
    application_no: str,
    by: Person,
    now: datetime,
) -> ManualUse:
    """Note a use of a system that keeps no record which could be had, and return it.

    Raises Refused where nobody holds the ID, or the time cannot be.
    """
    if account.person is None:
        raise Refused(
            Refusal(
                reason="持ち主のいないIDです（共有か機械）",
                remedy="個人のIDで利用し、そのIDで書いてください",
            )
        )
    if ends_at > now:
        raise Refused(
            Refusal(reason="まだ終わっていない利用です", remedy="利用を終えてから書いてください")
        )
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise Refused(
            Refusal(
                reason="終わりが始まりより前か、利用が24時間を超えています",
                remedy="実際に利用した時刻を書いてください",
            )
        )
    made = ManualUse.objects.create(
        system=account.system,
        account=account,
        person=account.person,
        starts_at=starts_at,
        ends_at=ends_at,
        action=action,
        thing=thing,
        application_no=application_no,
        written_by=by,
        written_at=now,
    )
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=made,
        at=now,
        details={"act": "手書きの利用記録", "system": account.system_id, "account": account.code},
    )
    return made


@transaction.atomic
def close(*, system: System, by: Person, now: datetime) -> Reconciliation:
    """Close what was written by hand into a record, reconcile it, and return the run.

    Raises Refused where nothing waits to be closed.
    """
    rows = list(
        ManualUse.objects.select_for_update(of=("self",))
        .filter(system=system, log=None)
        .select_related("account")
        .order_by("starts_at", "pk")
    )
    if not rows:
        raise Refused(
            Refusal(
                reason="締めていない手書きの利用記録がありません",
                remedy="利用を書いてから、締めてください",
            )
        )
    run = receive(
        system=system,
        data=csv_of(rows, source_for(system)),
        name=f"手書き {now.astimezone(JST):%Y-%m-%d %H%M}.csv",
        first_on=day_in_japan(rows[0].starts_at),
        last_on=day_in_japan(max(row.starts_at for row in rows)),
        manual=True,
        said_lines=len(rows),
        by=by,
        now=now,
    )
    ManualUse.objects.filter(pk__in=[row.pk for row in rows]).update(log=run.log)
    return run


def csv_of(rows: Iterable[ManualUse], source: Source) -> bytes:
    """Return uses written by hand as the file that such a record is read from."""
    names = source.manual.names
    keys = [key for key in ("date", "time", "until", "account", "action", "object") if key in names]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([names[key] for key in keys])
    for row in rows:
        starts, ends = row.starts_at.astimezone(JST), row.ends_at.astimezone(JST)
        said = {
            "date": f"{starts:%Y-%m-%d}",
            "time": f"{starts:%H:%M:%S}",
            "until": f"{ends:%H:%M:%S}",
            "account": row.account.code,
            "action": row.action,
            "object": row.thing,
        }
        writer.writerow([said[key] for key in keys])
    return out.getvalue().encode("utf-8-sig")
