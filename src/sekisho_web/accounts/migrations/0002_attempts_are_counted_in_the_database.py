"""Rate limits are counted in the database, over all workers, in the table `frame_cache`.

Why:  a limit that each process counts alone is a limit times the processes.
Lock: a new table; none.
Back: drops the table; the counts of the last minutes are gone.
"""

from django.db import migrations

FORWARD = """
CREATE TABLE frame_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX frame_cache_expires ON frame_cache (expires);
"""
BACK = "DROP TABLE frame_cache;"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACK)]
