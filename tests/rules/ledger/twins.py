"""Commitments with one mistake each. The tests beside this file must catch them."""

import hashlib


def unsalted(text, *, salt):
    """A plain digest: whoever can count through all supply points reads it."""
    return hashlib.sha256(text).digest()


def without_its_place(commitments):
    """A digest that does not care in which order the parts stand."""
    return hashlib.sha256(b"\x02" + b"".join(sorted(commitments))).digest()
