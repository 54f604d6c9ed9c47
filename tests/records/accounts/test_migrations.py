"""The way from posts to appointments and back, over a database that has rows."""

import re

import psycopg
import pytest
from django.db import IntegrityError, connections
from django.db.migrations.executor import MigrationExecutor

from tests.postgres import url_of

BEFORE = (
    ("accounts", "0003_posts_in_one_unit_never_overlap"),
    ("grants", "0001_initial"),
    ("terminals", "0002_a_terminal_has_one_holder_at_a_time"),
)
MOVING = "moving"
WORDS = ("Why", "Lock", "Back")

ROWS = """
INSERT INTO accounts_company (code, name, kind, principal_id) VALUES
    ('N09', '九陽電力送配電', 'network', NULL), ('R000', '九陽電力', 'affiliate', NULL),
    ('K01', '八雲計器', 'network_contractor', 1);
INSERT INTO accounts_unit (code, company_id, name, kind, line) VALUES
    ('N09-04', 1, '契約課', 'service_centre', 1), ('N09-09', 1, '情報システム統括部', 'it', 1),
    ('R000-03', 2, '営業部', 'sales', 1), ('K01-01', 3, '検針班', 'service_centre', NULL);
INSERT INTO accounts_person (code, login, name, kana, password, session_epoch)
    SELECT 'P' || n, 'person' || n, '山野', '', '!', n FROM generate_series(1, 4) n;
INSERT INTO accounts_post (person_id, unit_id, role, kind, valid_from, valid_to) VALUES
    (1, 1, '担当', 'main', '2024-04-01', NULL), (2, 2, '係長', 'main', '2024-04-01', NULL),
    (3, 3, '担当', 'main', '2024-04-01', '2025-04-01'), (4, 4, '担当', 'main', '2024-04-01', NULL);
INSERT INTO accounts_account (code, person_id, system, kind, issued_at, last_used_at, closed_at)
    VALUES ('TK1', 1, 'takuso', 'individual', '2024-04-01', '2026-03-01', NULL),
    ('TK3', 3, 'takuso', 'individual', '2024-04-01', NULL, '2025-04-01'),
    ('TK4', 4, 'nwonline', 'disaster', '2024-04-01', NULL, NULL),
    ('NIGHT', 2, 'takuso', 'shared', '2024-04-01', NULL, NULL);
INSERT INTO accounts_hold (person_id, reason, starts_at)
    VALUES (3, 'investigation', '2025-05-01');
INSERT INTO grants_grant (code, person_id, system, kind, purpose, scope_areas, scope_records,
        valid_from, valid_to) VALUES
    ('G1', 1, 'takuso', 'standing', '託送供給等', '{}', '{}', '2025-01-01', '2025-06-30'),
    ('G3', 3, 'takuso', 'standing', '小売供給', '{}', '{}', '2024-05-01', '2024-10-01');
"""


@pytest.fixture
def moving(db, django_db_blocker):
    """Yield how to ask a database of its own, and how to move it."""
    default = connections["default"]
    with psycopg.connect(url_of("owner", "postgres"), autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {MOVING} WITH (FORCE)")
        owner.execute(f"CREATE DATABASE {MOVING}")
    connections.databases[MOVING] = {**default.settings_dict, "NAME": MOVING}
    connections.settings[MOVING] = connections.databases[MOVING]
    try:
        with django_db_blocker.unblock():
            yield connections[MOVING]
    finally:
        connections[MOVING].close()
        del connections[MOVING]
        connections.databases.pop(MOVING, None)
        connections.settings.pop(MOVING, None)
        with psycopg.connect(url_of("owner", "postgres"), autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {MOVING} WITH (FORCE)")


def to(*places):
    """Move the rooms of people and of grants to these migrations."""
    mover = MigrationExecutor(connections[MOVING])
    mover.migrate(list(places))


def latest():
    graph = MigrationExecutor(connections[MOVING]).loader.graph
    return [leaf for leaf in graph.leaf_nodes() if leaf[0] in {"accounts", "grants", "terminals"}]


def rows(moving, table, columns="*"):
    with moving.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id")
        return cursor.fetchall()


KEPT = {
    "accounts_company": "id, code, name, kind, principal_id",
    "accounts_unit": "id, code, company_id, name, kind, line",
    "accounts_person": "id, code, login, name, password, session_epoch",
    "accounts_account": "id, code, system, issued_at, last_used_at, closed_at",
    "accounts_hold": "id, person_id, reason, starts_at, ends_at",
    "grants_grant": "id, code, person_id, system, kind, valid_from, valid_to, revoked_at",
}


@pytest.mark.django_db(databases="__all__")
@pytest.mark.timeout(120)
def test_nothing_is_lost_on_the_way_but_what_the_migration_says(moving):
    """0003, with rows, to the latest and back."""
    to(*BEFORE)
    with moving.cursor() as cursor:
        cursor.execute(ROWS)
    before = {table: rows(moving, table, columns) for table, columns in KEPT.items()}
    post = "person_id, unit_id, role, valid_from, valid_to"
    posts = rows(moving, "accounts_post", post)
    accounts = rows(moving, "accounts_account", "person_id, kind")

    to(*latest())

    assert {t: rows(moving, t, c) for t, c in KEPT.items()} == before
    terms = "person_id, unit_id, title, valid_from, valid_to"
    assert rows(moving, "accounts_appointmentterm", terms) == posts
    assert [row[0] for row in rows(moving, "accounts_appointment", "works_for_id")] == [1, 1, 2, 1]
    assert rows(moving, "accounts_account", "kind, person_id, custodian_id") == [
        ("personal", 1, None),
        ("personal", 3, None),
        ("temporary", 4, None),
        ("shared", None, 2),  # of nobody, and in the keeping of whom it was registered to
    ]
    assert rows(moving, "grants_grant", "appointment_id, works_for_id") == [(1, 1), (3, 2)]
    assert rows(moving, "accounts_appointmentpast") == []

    to(*BEFORE)

    assert rows(moving, "accounts_post", post) == posts
    assert {t: rows(moving, t, c) for t, c in KEPT.items()} == before
    assert rows(moving, "accounts_account", "person_id, kind") == accounts
    with pytest.raises(IntegrityError, match="posts_in_one_unit_never_overlap"):
        moving.cursor().execute("UPDATE accounts_post SET person_id = 1, unit_id = 1")


def test_every_migration_says_why_how_it_locks_and_the_way_back():
    from pathlib import Path

    import sekisho_web

    top = Path(sekisho_web.__file__).parent
    silent = [
        path.name
        for app in ("accounts", "grants", "terminals")
        for path in sorted((top / app / "migrations").glob("0*.py"))
        if path.name[:4] > "0002" or (app == "grants" and path.name[:4] > "0001")
        if not all(
            re.search(rf"^{word}:", path.read_text(), re.MULTILINE)
            for word in ("Why", "Lock", "Back")
        )
    ]

    assert silent == []
