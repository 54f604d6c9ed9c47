"""Examples agreed with the business (試験例): typed by people, never computed."""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.policy.treatment import Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    id: str
    title: str
    context: Mapping[str, str]  # an attribute that is not known (？) is absent
    levels: Mapping[str, Treatment]
    duties: frozenset[str] | None  # None: the example says nothing of duties
    fields: Mapping[str, Treatment]
    source: str
