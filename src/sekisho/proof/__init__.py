"""Hold the tables against what must never happen (不変条件): exact, for every context."""
