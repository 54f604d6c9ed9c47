"""The gate: where a decision becomes rows, views and tickets that a database obeys by itself."""
