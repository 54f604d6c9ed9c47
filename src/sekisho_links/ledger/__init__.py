"""The ledger in PostgreSQL: its schema, the keys outside of it, the recorder, and the check."""
