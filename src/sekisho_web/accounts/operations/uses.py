"""What is done with IDs is counted (利用): dormancy and reviews rest on it."""

import logging
from datetime import date, datetime

from django.db import DatabaseError, connection

from sekisho.accounts.reviews import is_off_hours
from sekisho.terms.days import day_in_japan

# One statement, and so one transaction, that waits for no disk: the look itself is on it already.
# Dormancy knows days: the ID's own last use is written once a day.
_COUNT = """
with quick as materialized (select set_config('synchronous_commit', 'off', true)),
counted as (
    insert into accounts_accountuse as known (account_id, day, uses, off_hours, last_at)
    select %(account)s, %(day)s, 1, %(off)s, %(at)s from quick
    on conflict (account_id, day) do update set uses = known.uses + 1,
        off_hours = known.off_hours + excluded.off_hours,
        last_at = greatest(known.last_at, excluded.last_at)
    returning uses)
update accounts_account set last_used_at = greatest(last_used_at, %(at)s)
where id = %(account)s and (select uses from counted) = 1
"""

log = logging.getLogger(__name__)


def note_use(account: int, *, at: datetime) -> None:
    """Count one use of `account`. The record of the look is made already, and elsewhere.

    Where it cannot be counted, the ID falls dormant earlier, and never later.
    """
    told: dict[str, int | date | datetime] = {
        "account": account,
        "day": day_in_japan(at),
        "off": int(is_off_hours(at)),
        "at": at,
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, told)
    except DatabaseError:
        log.warning("利用を数えられませんでした", exc_info=True)
