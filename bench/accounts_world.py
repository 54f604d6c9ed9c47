"""A company of 20,000 people with three IDs each, on a server of its own: the ground of `accounts`.

Rows are written as the owner, in bulk and past the operations; what is measured runs afterwards,
as the application's role, through the operations and the doors.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg

from tests.links.gate.worlds import this_moment

SYSTEMS = ("takuso", "nwonline", "callcenter")
UNITS = 40
HEAD = (
    "社員番号,氏名,カナ,従事会社,組織コード,役職,発令区分,発令日,終了日,発令番号,枝番,"
    "訂正区分,前社員番号,個人番号"
)

ROWS = """
INSERT INTO accounts_company (code, name, kana, kind, principal_id) VALUES
    ('N09', '九陽電力送配電', '', 'network', NULL), ('R000', '九陽電力', '', 'affiliate', NULL);
INSERT INTO accounts_unit (code, company_id, name, kind, line, site)
    SELECT 'N09-' || lpad(n::text, 2, '0'), (SELECT id FROM accounts_company WHERE code = 'N09'),
        '架空課' || n, CASE WHEN n = {units} THEN 'it' ELSE 'service_centre' END, 1, ''
    FROM generate_series(1, {units}) n;
INSERT INTO accounts_unitmapping (unit_id, title, flags) SELECT id, '', '{{}}' FROM accounts_unit;
INSERT INTO accounts_system (key, name, owner_id, owner_kind, state, controlled_by, data_classes,
        users, purpose, log_source, log_rhythm_hours, dormancy_months, device_bound,
        sign_in_level, eligible, opens_by, address, client_id)
    SELECT key, key, (SELECT id FROM accounts_company WHERE code = 'N09'), 'network', 'in_use',
        '{{target}}', '{{}}', '', '', '', 24, 6, false, 'card+pw', '[]', '', '', ''
    FROM unnest(%(systems)s::text[]) key;
INSERT INTO accounts_person (code, login, name, kana, phone, mail, password, session_epoch)
    SELECT 'P' || lpad(n::text, 7, '0'), 'p' || n, '架空　' || n, 'カクウ　' || n, '', '', '!', 0
    FROM generate_series(1, %(people)s) n;
INSERT INTO accounts_personnumber (person_id, company_id, number, valid_from)
    SELECT p.id, c.id, substr(p.code, 2), %(began)s
    FROM accounts_person p, accounts_company c WHERE c.code = 'N09';
INSERT INTO accounts_appointment (person_id, employer_id, works_for_id, kind, order_no)
    SELECT p.id, c.id, c.id, 'main', '' FROM accounts_person p, accounts_company c
    WHERE c.code = 'N09' ORDER BY p.id;
INSERT INTO accounts_appointmentterm (appointment_id, person_id, unit_id, title, flags, valid)
    SELECT a.id, a.person_id, u.id, '担当', '{{}}', tstzrange(%(began)s, NULL)
    FROM accounts_appointment a JOIN accounts_unit u
        ON u.code = 'N09-' || lpad((1 + a.person_id %% {units})::text, 2, '0');
INSERT INTO accounts_account (code, ext_id, person_id, system, works_for_id, kind, appointment_id,
        roles, reason, issued_at, last_used_at)
    SELECT s.key || p.id, s.key || p.id, p.id, s.key, a.works_for_id, 'personal', a.id, '{{}}', '',
        %(began)s, %(used)s
    FROM accounts_person p JOIN accounts_appointment a ON a.person_id = p.id, accounts_system s;
INSERT INTO grants_grant (code, person_id, appointment_id, works_for_id, account_id, system, kind,
        purpose, role, reference, scope_areas, scope_records, revoked_for, valid_from, valid_to)
    SELECT 'G' || a.id, a.person_id, a.appointment_id, a.works_for_id, a.id, a.system, 'standing',
        '託送供給等', '', '', '{{}}', '{{}}', '', %(used)s, %(used)s + interval '180 days'
    FROM accounts_account a;
"""


@contextmanager
def site(*, people: int) -> Iterator[Path]:
    """Yield the home of a site with so many people; Django is ready, as the application's role."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        os.environ |= {
            "SEKISHO_HOME": str(home),
            "SEKISHO_ROLE": "app",
            "SEKISHO_SECRET_KEY": "for the bench only, and longer than fifty characters, as asked",
            "SEKISHO_PROXY": "1",
            "DJANGO_SETTINGS_MODULE": "sekisho_web.project.settings",
        }
        os.environ.pop("DATABASE_URL", None)
        from sekisho_cli.site import migrate
        from sekisho_links.postgres import Supervisor

        with Supervisor(home) as endpoint:
            migrate()
            now = this_moment()
            with psycopg.connect(endpoint.url("owner"), autocommit=True) as owner:
                with owner.transaction():
                    owner.execute("SET LOCAL lock_timeout = 0")
                    for statement in ROWS.format(units=UNITS).split(";\n"):
                        if statement.strip():
                            owner.execute(
                                statement,
                                {
                                    "systems": list(SYSTEMS),
                                    "people": people,
                                    "began": now - timedelta(days=900),
                                    "used": now - timedelta(days=2),
                                },
                            )
                owner.execute("VACUUM ANALYZE")
            import django

            django.setup()
            yield home


def owner_url() -> str:
    """Return the address of the running site's database for its owner."""
    from sekisho_links.postgres import running

    endpoint = running(Path(os.environ["SEKISHO_HOME"]))
    assert endpoint is not None
    return endpoint.url("owner")


def order(number: int, *, unit: str, day: str, order_no: str) -> str:
    """Return the line that moves person `number` to `unit` on `day`."""
    return (
        f"{number:07},架空　{number},カクウ　{number},送配電,{unit},担当,異動,{day},,{order_no},,"
        "新規,,"
    )


def file_of(lines: list[str]) -> bytes:
    return "\r\n".join([HEAD, *lines, ""]).encode("cp932")
