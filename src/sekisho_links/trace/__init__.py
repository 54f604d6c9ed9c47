"""Logs in, incidents out: files, store, engine and results of an investigation (閲覧記録の調査).

The rules are in `sekisho.trace` and `sekisho.replay`; here they meet real bytes and DuckDB.
"""
