"""Writes the invented group to a folder: facts, records, logs as real systems write them, truth."""
