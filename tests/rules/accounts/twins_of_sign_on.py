"""Deliberately wrong variants; each must be caught by the test of the right one."""

from dataclasses import replace

from sekisho.accounts.sign_on import Assertion, Refusal, assertion


def any_issuer(claims, *, provider, nonce, now):
    issuer = str(claims.get("iss", ""))
    if issuer.startswith(provider.issuer):
        claims = {**claims, "iss": provider.issuer}
    return assertion(claims, provider=provider, nonce=nonce, now=now)


def one_of_the_audience(claims, *, provider, nonce, now):
    if provider.client_id in (claims.get("aud") or []):
        claims = {**claims, "aud": provider.client_id}
    return assertion(claims, provider=provider, nonce=nonce, now=now)


def forgets_the_nonce(claims, *, provider, nonce, now):
    return assertion({**claims, "nonce": nonce}, provider=provider, nonce=nonce, now=now)


def forgets_the_time(claims, *, provider, nonce, now):
    seconds = int(now.timestamp())
    return assertion(
        {**claims, "iat": seconds, "exp": seconds + 1}, provider=provider, nonce=nonce, now=now
    )


def a_sign_on_is_two_factors(claims, *, provider, nonce, now):
    told = assertion(claims, provider=provider, nonce=nonce, now=now)
    return told if isinstance(told, Refusal) else replace(told, multi_factor=True)


def acr_or_amr_alike(claims, *, provider, nonce, now):
    told = assertion(claims, provider=provider, nonce=nonce, now=now)
    if isinstance(told, Assertion) and claims.get("acr") in ("mfa", "hwk"):
        return replace(told, multi_factor=True)
    return told


ASSERTIONS = [
    any_issuer,
    one_of_the_audience,
    forgets_the_nonce,
    forgets_the_time,
    a_sign_on_is_two_factors,
    acr_or_amr_alike,
]
