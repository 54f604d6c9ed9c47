"""How passwords are hashed: Argon2id, at least as dear as OWASP asks (m=19 MiB, t=2, p=1)."""

from django.contrib.auth.hashers import Argon2PasswordHasher

LEAST_MEMORY = 19_456  # KiB
LEAST_TIME = 2


class Argon2(Argon2PasswordHasher):
    """Above the least by half: a guess costs 26 ms of one core, and 20 sign-ins a second a half.

    Django's own parameters (100 MiB, 8 lanes) take four times as long here, and 20 sign-ins a
    second would need more than both cores. A hash of other parameters is made anew at sign-in.
    """

    memory_cost = LEAST_MEMORY
    time_cost = 3
    parallelism = 1
