"""How often one address may try, counted over all workers."""

from django.core.cache import cache
from django.http import HttpRequest

from sekisho_web.frame.addresses import client_address


def is_over(request: HttpRequest, *, name: str, tries: int, seconds: int) -> bool:
    """Return whether the address of `request` has tried `name` more than `tries` times of late."""
    key = f"tries:{name}:{client_address(request)}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) > tries
    except ValueError:  # it ran out in between
        return False
