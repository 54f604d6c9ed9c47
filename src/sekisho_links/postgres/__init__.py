"""PostgreSQL 18, embedded or given: one supervisor a home, narrow roles, no network, no superuser.

    with Supervisor(home) as endpoint:            # starts it, and keeps it running
        psycopg.connect(endpoint.url("app"))

In another process: `running(home)` finds the same endpoint. Where a database is given instead
(DATABASE_URL), `prepare_roles` makes the roles and `refusal_to_serve` looks at the connection.
"""

from sekisho_links.postgres.checks import refusal_to_serve
from sekisho_links.postgres.endpoint import Endpoint, running
from sekisho_links.postgres.errors import CannotStart
from sekisho_links.postgres.homes import default_home
from sekisho_links.postgres.roles import LOGINS, OWNERS, prepare_roles
from sekisho_links.postgres.supervisor import Supervisor

__all__ = [
    "LOGINS",
    "OWNERS",
    "CannotStart",
    "Endpoint",
    "Supervisor",
    "default_home",
    "prepare_roles",
    "refusal_to_serve",
    "running",
]
