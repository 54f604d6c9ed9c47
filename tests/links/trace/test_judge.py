"""The engine and a judge in plain Python say the same of every access."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho_links.trace.plan import Plan
from tests.links.trace.oracle import Oracle
from tests.links.trace.worlds import (
    CLASSES,
    POLICY,
    accesses_in,
    facts_of,
    last_uses,
    looks,
    stored,
)


@pytest.fixture(scope="session")
def facts(world):
    return facts_of(world / "facts")


@pytest.fixture(scope="session")
def oracle(facts):
    return Oracle(facts, policy=POLICY, classes=CLASSES, areas={"09"})


@pytest.fixture(scope="session")
def edges(facts):
    """Every moment at which some fact begins or ends, by what it is about."""
    found = {}
    for fact, keys in (
        ("posts", "person"),
        ("accounts", "account"),
        ("devices", "device"),
        ("contracts", "record"),
        ("grants", "person"),
        ("holds", "person"),
        ("supporters", "person"),
        ("loans", "device"),
        ("ties", "record"),
        ("emergencies", "district"),
        ("work_items", "record"),
    ):
        for row in facts[fact]:
            for edge in ("valid_from", "valid_to", "issued_at", "closed_at", "revoked_at"):
                if row.get(edge):
                    found.setdefault(row[keys], set()).add(row[edge])
    return {key: sorted(times) for key, times in found.items()}


def differences(oracle, accesses, answers):
    used = last_uses(accesses)
    wrong = []
    for access in accesses:
        place = access["file"], access["line"]
        expected = oracle.judge(access, last_used=used[place])
        if answers[place] != expected:
            wrong.append((access, answers[place], expected))
    return wrong


def test_every_access_of_the_tiny_world_is_judged_as_by_hand(world, out, oracle, tmp_path):
    accesses = accesses_in(out / "store")

    answers = looks(world / "facts", out / "store", tmp_path / "spill")

    assert len(answers) == len(accesses)
    assert differences(oracle, accesses, answers) == []


INSTANT = timedelta(microseconds=1)


@st.composite
def accesses_at_edges(draw, facts, edges):
    """Accesses exactly at, just before and just after the moments at which facts change."""
    rows = []
    for line in range(draw(st.integers(40, 120))):
        account = draw(st.sampled_from(facts["accounts"]))
        device = draw(st.sampled_from(facts["devices"]))
        point = draw(st.sampled_from(facts["points"]))
        screens = list(POLICY.systems[account["system"]].screens)
        about = (account["person"], account["account"], device["device"], point["record"])
        about = [*about, point["district"]]
        moments = [time for key in about for time in edges.get(key, ())]
        at = draw(st.sampled_from(moments or [datetime(2025, 4, 1, tzinfo=UTC)]))
        rows.append(
            {
                "system": account["system"],
                "file": "edge.csv",
                "line": line,
                "at": at + draw(st.sampled_from([-INSTANT, timedelta(), INSTANT])),
                "account": draw(st.sampled_from([account["account"], "nobody"])),
                "device": draw(st.sampled_from([device["device"], device["device"], "", "X"])),
                "screen": draw(st.sampled_from(screens)),
                "action": "view",
                "record": draw(
                    st.sampled_from([point["record"], point["facility"], point["record"], None])
                ),
                "n": 1,
                "result": draw(st.sampled_from(["shown", "shown", "masked", "denied"])),
                "purpose": draw(st.sampled_from(["", "停電保安", "小売供給"])),
                "method": draw(st.sampled_from(["多要素", "単要素", "都度認証"])),
            }
        )
    return rows


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_at_every_edge_of_a_fact_engine_and_hand_agree(
    world, facts, edges, oracle, tmp_path_factory, *, data
):
    accesses = data.draw(accesses_at_edges(facts, edges))
    store = stored(accesses, tmp_path_factory.mktemp("edges"))

    answers = looks(world / "facts", store, store / "spill")

    assert differences(oracle, accesses, answers) == []


def inclusive_end(plan):
    """Let a period hold at its end too."""
    return Plan(plan.states, {**plan.parts, "looks": wider(plan.parts["looks"])}, plan.answers)


def wider(sql):
    changed = re.sub(r'"at" < ("t\d+"\."\w+_e")', r'"at" <= \1', sql)
    assert changed != sql
    return changed


def as_of_now(plan):
    """Join on who holds the account now, whoever held it then."""
    viewer = plan.states["state_viewer"]
    last = (
        f"SELECT * REPLACE (TIMESTAMPTZ '0001-01-01' AS \"viewer_f\") FROM ({viewer})"
        ' QUALIFY row_number() OVER (PARTITION BY "viewer_system", "viewer_account"'
        ' ORDER BY "viewer_f" DESC) = 1'
    )
    return Plan({**plan.states, "state_viewer": last}, plan.parts, plan.answers)


def test_the_twin_that_joins_on_the_present_holder_is_caught(world, out, oracle, tmp_path):
    accesses = accesses_in(out / "store")

    answers = looks(world / "facts", out / "store", tmp_path / "spill", twin=as_of_now)

    assert differences(oracle, accesses, answers) != []


def test_the_twin_whose_periods_hold_at_their_end_is_caught(world, facts, oracle, edges, tmp_path):
    ended = list(facts["emergencies"])
    accounts = [row for row in facts["accounts"] if row["kind"] == "disaster"]
    points = {row["district"]: row for row in facts["points"]}
    accesses = [
        {
            "system": account["system"],
            "file": "edge.csv",
            "line": line,
            "at": row["valid_to"],
            "account": account["account"],
            "device": "X",
            "screen": next(iter(POLICY.systems[account["system"]].screens)),
            "action": "view",
            "record": points[row["district"]]["record"],
            "n": 1,
            "result": "shown",
            "purpose": "非常災害対応",
            "method": "多要素",
        }
        for line, (row, account) in enumerate(zip(ended, accounts, strict=False))
    ]
    store = stored(accesses, tmp_path / "store")

    right = looks(world / "facts", store, tmp_path / "spill")
    wrong = looks(world / "facts", store, tmp_path / "spill", twin=inclusive_end)

    assert differences(oracle, accesses, right) == []
    assert differences(oracle, accesses, wrong) != []
