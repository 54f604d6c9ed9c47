"""People and IDs at size: 20,000 people, 60,000 IDs, 3,000 of them moving on one day.

Parts run in turn on one site of their own: the day of transfers; other systems, which are told
and read back (`accounts_targets`); and the doors (`accounts_doors`): SCIM, sign-in, stops.
"""

from datetime import timedelta

from bench import accounts_doors, accounts_targets, accounts_transfer
from bench.accounts_world import site
from bench.measure import finish, short
from sekisho.terms.days import day_in_japan
from tests.links.gate.worlds import this_moment


def main() -> None:
    people, movers, posts = (1_500, 150, 500) if short() else (20_000, 3_000, 5_000)
    day = day_in_japan(this_moment()) + timedelta(days=1)
    with site(people=people) as home:
        held = accounts_transfer.run(people=people, movers=movers, day=day)
        held += accounts_targets.run(home, day=day, movers=movers)
        held += accounts_doors.run(home, people=people)
        held.append(accounts_transfer.cut(posts=posts))
    finish(held=all(held))


if __name__ == "__main__":
    main()
