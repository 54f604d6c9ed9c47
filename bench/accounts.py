"""People and IDs at size: 20,000 people, 60,000 IDs, 3,000 of them moving on one day.

Three parts run in turn on one site: the day of transfers (`accounts_transfer`); other systems,
which are told and read back (`accounts_targets`); and a stop and the registers at the real server
(`accounts_doors`). SCIM and sign-in are measured by parts of their own, run from here.
"""

import os
import subprocess
import sys
from datetime import timedelta

from bench import accounts_doors, accounts_targets, accounts_transfer
from bench.accounts_world import site
from bench.measure import finish, short
from sekisho.terms.days import day_in_japan
from tests.links.gate.worlds import this_moment

PARTS = ("scim", "sign_in")


def main() -> None:
    people, movers, posts = (1_500, 150, 500) if short() else (20_000, 3_000, 5_000)
    day = day_in_japan(this_moment()) + timedelta(days=1)
    with site(people=people) as home:
        held = accounts_transfer.run(people=people, movers=movers, day=day)
        held += accounts_targets.run(home, day=day, movers=movers)
        held += accounts_doors.run(home, people=people)
        held.append(accounts_transfer.cut(posts=posts))
    held += [part(name) for name in PARTS]
    finish(held=all(held))


def part(name: str) -> bool:
    """Run a part with a site of its own, in a process of its own, and return whether it held."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.accounts_{name}", *sys.argv[1:]],
        env={k: v for k, v in os.environ.items() if not k.startswith(("SEKISHO_", "DJANGO_"))},
        check=False,
    )
    return done.returncode == 0


if __name__ == "__main__":
    main()
