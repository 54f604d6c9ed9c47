"""不変条件: what is proved of the tables, and what is not."""
