"""The ten incident classes as exact predicates over the facts, each as of the time of the access.

The words are those of content/incident_classes.csv. What they leave open is fixed here:

- An access counts only where it names a record and the record was shown.
- The retailer's side: affiliate, its contractors, other retailers. "Own" of a contractor is its
  principal; a record is unrelated to a company that neither supplies it nor has a tie to it
  (an accepted switch or a consent in force).
- Somebody lent to an emergency (応援者) who uses a disaster account is not on the retailer's side.
- Lent and left-over IDs (classes 2 and 4) are personal ones; "own" of class 2 is the company of
  the device, of class 3 the principal of the device.
- A new point has no contract and its contract state is 新設中; empty houses are in no class.
- Classes are exclusive in the order of the file: the first that holds is reported.
"""

import numpy as np

from sekisho.world.accesses import Accesses
from sekisho.world.chance import Array
from sekisho.world.companies import NUMBER
from sekisho.world.contracts import FIT_NETWORK, LAST_RESORT, NEW, NONE, RETAIL
from sekisho.world.group import (
    COMPANY_KIND,
    DISASTER,
    INDIVIDUAL,
    IS_RETAIL,
    KIND,
    SHARED,
    SIDE,
    World,
    tied,
)
from sekisho.world.systems import NUMBER as SYSTEM
from sekisho.world.systems import SHOWN

CLASSES = (
    "ministry_shared_id",
    "lent_id",
    "other_principal",
    "stale_after_transfer",
    "outside_emergency",
    "terminal_misplaced",
    "last_resort_seen",
    "fit_seen",
    "new_point_seen",
    "mask_gap",
)
NETWORK = NUMBER["N09"]
CONTRACTOR_KIND = KIND.index("network_contractor")
NETWORK_KIND = KIND.index("network")


def classify(world: World, accesses: Accesses) -> Array:
    """Return for each access the position of its class (1 to 10), 0 where it is in none."""
    answer = np.zeros(len(accesses), np.int8)
    seen = np.flatnonzero((accesses.result == SHOWN) & (accesses.record >= 0))
    answer[seen] = _classify_seen(world, accesses.take(seen))
    return answer


def _classify_seen(world: World, a: Accesses) -> Array:
    facts, contracts = world.registers, world.contracts
    when, record = a.at, a.record
    held = facts.holding.at(a.account, when)
    person = np.where(held >= 0, facts.holder[held], -1)
    stint = np.where(person >= 0, facts.stint.at(person, when), -1)
    company = np.where(stint >= 0, facts.stint_company[stint], -1)
    known = company >= 0
    kind = np.where(known, COMPANY_KIND[company], -1)
    side = np.where(known, SIDE[company], 0)
    retail = known & IS_RETAIL[company]
    account_kind = facts.account_kind[a.account]
    from_network = facts.account_from_network[a.account]
    owner, principal = facts.device_owner[a.device], facts.device_principal[a.device]
    standing = facts.standing.at(a.device, when)
    site = np.where(standing >= 0, facts.standing_company[standing], NETWORK)

    period = contracts.period_at(record, when)
    safe = np.maximum(period, 0)
    relation = np.where(period >= 0, contracts.relation[safe, record], NONE)
    supplier = contracts.company[safe, record]
    state = contracts.state[safe, record]

    def unrelated(to: Array) -> Array:
        supplied = (relation == RETAIL) & (supplier == to)
        related: Array = supplied | tied(facts, record, to, when)
        return ~related

    declared = facts.emergency.at(contracts.district[record], when) >= 0
    lent = (account_kind == DISASTER) & (facts.support.at(np.maximum(person, 0), when) >= 0)
    seller = retail & ~lent
    strange = unrelated(side)
    personal = (account_kind == INDIVIDUAL) & from_network
    holds = (
        (a.system == SYSTEM["saiene"]) & (account_kind == SHARED) & IS_RETAIL[owner],
        personal & (kind == NETWORK_KIND) & IS_RETAIL[owner] & unrelated(SIDE[owner]),
        personal & (kind == CONTRACTOR_KIND) & IS_RETAIL[principal] & unrelated(SIDE[principal]),
        personal & retail & strange,
        (account_kind == DISASTER) & ~declared,
        (owner == NETWORK) & IS_RETAIL[site] & seller & strange,
        seller & (relation == LAST_RESORT),
        seller & (relation == FIT_NETWORK),
        seller & (relation == NONE) & (state == NEW) & (period >= 0),
        seller & (relation == RETAIL) & strange,
    )
    return np.select(holds, np.arange(1, 11), 0).astype(np.int8)


def tempting(world: World, accesses: Accesses) -> Array:
    """Return where a viewer of the retailer's side sees what only its own network may know.

    Wider than the classes: islands, empty houses and purchases of others too. Lawful traffic
    stays clear of all of it, so that no reading of a predicate can turn on it.
    """
    facts, contracts = world.registers, world.contracts
    answer = np.zeros(len(accesses), bool)
    seen = np.flatnonzero((accesses.result == SHOWN) & (accesses.record >= 0))
    a = accesses.take(seen)
    held = facts.holding.at(a.account, a.at)
    person = np.where(held >= 0, facts.holder[held], -1)
    stint = np.where(person >= 0, facts.stint.at(person, a.at), -1)
    company = np.where(stint >= 0, facts.stint_company[stint], -1)
    seller = (company >= 0) & IS_RETAIL[company] & (facts.account_kind[a.account] != DISASTER)
    to = SIDE[np.maximum(company, 0)]
    period = contracts.period_at(a.record, a.at)
    safe = np.maximum(period, 0)
    retail = (period >= 0) & (contracts.relation[safe, a.record] == RETAIL)
    related = (contracts.company[safe, a.record] == to) | tied(facts, a.record, to, a.at)
    answer[seen] = seller & ~(retail & related)
    return answer
