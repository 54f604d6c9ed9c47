"""How passwords are hashed: Argon2id, never cheaper than OWASP asks (m=19 MiB, t=2, p=1)."""

from django.contrib.auth.hashers import Argon2PasswordHasher

LEAST_MEMORY = 19_456  # KiB
LEAST_TIME = 2


class Argon2(Argon2PasswordHasher):
    """What OWASP asks: a guess costs 19 ms of one core here.

    A password is one of two factors, and is asked for on the same two cores that serve the pages:
    Django's own parameters (100 MiB, 8 lanes) take 110 ms of both, and 20 sign-ins a second would
    need more than there is. A hash of other parameters is made anew at the next sign-in.
    """

    memory_cost = LEAST_MEMORY
    time_cost = LEAST_TIME
    parallelism = 1


def is_dear_enough(hasher: object) -> bool:
    """Return whether `hasher` is Argon2id with parameters that are not below the least."""
    return (
        isinstance(hasher, Argon2PasswordHasher)
        and hasher.memory_cost >= LEAST_MEMORY
        and hasher.time_cost >= LEAST_TIME
        and hasher.parallelism >= 1
    )
