"""ここで語る規則: the other rules that hold where one rule of a draft holds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from sekisho.policy.sheets import Unreadable
from sekisho.policy.speaking import speaking
from sekisho.policy.system import Policy
from sekisho.proof.witness import told
from sekisho.reports import sentences
from sekisho_web.frame.doors import reads
from sekisho_web.policy import versions
from sekisho_web.policy.queries import editing as queries
from sekisho_web.policy.queries.reading import question, rules_named
from sekisho_web.policy.views.fragments import swaps


@reads(may="policy.read")
def speaks(request: HttpRequest, number: str, sheet: str) -> HttpResponse:
    """Which other rules hold where this one holds, and whose word stands there."""
    change = queries.change_of(number)
    name, output = request.GET.get("row", ""), request.GET.get("column", "").partition(":")[2]
    version = queries.content_of(change)
    context: dict[str, object] = {"change": change, "slug": sheet, "name": name}
    try:
        context |= _found(versions.policy_of(version), change.system, name, output, version)
    except Unreadable as error:
        context["errors"] = error.errors
    part = "policy/editor_speaks.html#speaks" if swaps(request) else "policy/editor_speaks.html"
    response = render(request, part, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _found(policy: Policy, system: str, name: str, output: str, version: str) -> dict[str, object]:
    one = policy.systems.get(system)
    rule = next((each for each in one.table.rules if each.id == name), None) if one else None
    if one is None or rule is None:
        return {}
    table = one.table
    about = output if output in table.outputs else ""
    found = speaking(table, rule, output=about)
    return {
        "found": found,
        "output": about,
        "rules": rules_named(policy, one.key, (name,)),
        "overlaps": [
            (each, sentences.scene(each.where, among=table.attributes)) for each in found.overlaps
        ],
        "ask": question(policy, one.key, told(table, rule.cube), version=version[:12]),
    }
