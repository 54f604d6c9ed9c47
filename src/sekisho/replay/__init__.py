"""Old traffic against decision tables (照らし直し): derive, decide each context once, count."""
