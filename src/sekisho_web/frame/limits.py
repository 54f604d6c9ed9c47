"""How often one address may try, counted over all workers."""

from django.core.cache import cache
from django.http import HttpRequest


def is_over(request: HttpRequest, *, name: str, tries: int, seconds: int) -> bool:
    """Return whether the address of `request` has tried `name` more than `tries` times of late."""
    key = f"tries:{name}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) > tries
    except ValueError:  # it ran out in between
        return False
