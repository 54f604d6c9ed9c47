"""Numbers that the documents give a shape: points, facilities, corporations, telephones.

Text is built as fixed-width bytes, so that millions of numbers cost array operations only.
"""

import numpy as np

from sekisho.world.chance import Array
from sekisho.world.contracts import Contracts
from sekisho.world.names import TOWNS

PRIME = 99_999_989  # the largest prime below 10 ** 8: serial numbers mod it never meet


def digits(values: Array, width: int) -> Array:
    """Return `values` as bytes of `width` digits with leading zeros, one row each."""
    rest = values.astype(np.int64)
    text = np.empty((len(rest), width), np.uint8)
    for column in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, column] = digit + 48
    return text


def joined(*parts: Array | str) -> Array:
    """Return the parts side by side as one array of bytes (dtype S)."""
    rows = next(len(part) for part in parts if not isinstance(part, str))
    blocks = [
        np.tile(np.frombuffer(part.encode(), np.uint8), (rows, 1))
        if isinstance(part, str)
        else part
        for part in parts
    ]
    block = np.ascontiguousarray(np.hstack(blocks))
    return block.view(f"S{block.shape[1]}").ravel()


def point_numbers(contracts: Contracts, points: Array) -> Array:
    """Return the 22-digit numbers of `points`: area, district, serial, and the company's own."""
    codes = np.array([int(code) for code, _, _ in TOWNS], np.int64)
    serial = (points.astype(np.int64) * 48_271 + 1_234_567) % PRIME
    tail = (points.astype(np.int64) * 7_919 + 17) % 999_983
    return joined(
        digits(codes[contracts.district[points]], 4), digits(serial, 8), "0000", digits(tail, 6)
    )


def facility_ids(contracts: Contracts, points: Array) -> Array:
    """Return the facility IDs of generation points: a letter, then ten signs."""
    serial = (points.astype(np.int64) * 48_271 + 7_654_321) % PRIME
    letters = np.frombuffer(b"AAAASTF", np.uint8)[points % 7][:, None]
    return joined(letters, digits(serial, 8), "T", digits(contracts.district[points], 1)[:, :1])


def corporate_numbers(bases: Array) -> Array:
    """Return 13-digit corporate numbers: a check digit before the twelve digits of the base.

    The check digit is 9 less the remainder by 9 of the weighted sum; counted from the end,
    odd places weigh 1 and even places 2.
    """
    text = digits(bases, 12)
    weights = np.where(np.arange(12, 0, -1) % 2 == 1, 1, 2)
    check = 9 - ((text - 48) * weights).sum(axis=1) % 9
    return joined((check + 48).astype(np.uint8)[:, None], text)
