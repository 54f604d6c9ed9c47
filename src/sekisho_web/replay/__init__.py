"""照らし直し: what was recorded against the tables, every night, and drafts on recorded traffic."""
