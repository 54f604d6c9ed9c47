"""Ratios, measured in one run: `python -m bench.<subject> [--short]`, one JSON line each."""
