"""What was shown in one use is read as one, and one reading is recorded for it.

Why:  who approved a use looks at all of it; look by look, the readings would bury the ledger.
Lock: a new function only.
Back: drops it.
"""

from django.db import migrations

from sekisho_links.ledger import schema


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_what_is_written_stays")]
    operations = [
        migrations.RunSQL(
            f"set local role ledger_owner; {schema.OF_A_USE} reset role;",
            f"set local role ledger_owner; {schema.BACK_OF_A_USE} reset role;",
        ),
    ]
