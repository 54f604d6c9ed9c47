"""The ledger exists: what is written in it stays, and the application may only add.

Why:  no record, no view; and nobody, the application included, changes a record afterwards.
Lock: new objects only.
Back: drops the schema with every record in it, so it is refused while there is one.
"""

from django.db import migrations

from sekisho_links.ledger import schema

REFUSE_WHILE_USED = """
do $$ begin
  if exists (select from ledger.shard) then
    raise exception '記録のある台帳は取り除けません' using errcode = '55006';
  end if;
end $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(schema.BEFORE, migrations.RunSQL.noop),
        # said aloud: the owner of migrations holds the owner of the ledger without inheriting it
        migrations.RunSQL(
            f"set local role ledger_owner; {schema.FIRST} {schema.OWNER_TOO} reset role;",
            f"set local role ledger_owner; {REFUSE_WHILE_USED} {schema.BACK} reset role;",
        ),
    ]
