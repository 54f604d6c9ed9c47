"""The engines that run the questions. One today: DuckDB, inside the process."""
