"""What is new begins closed: a class is refused, an attribute free, a value taken in by name."""

from sekisho.policy.compare import compare
from sekisho.policy.editing import rows_of
from sekisho.policy.extending import with_attribute, with_class, with_value
from sekisho.policy.lint import Severity, lint
from sekisho.policy.loosened import Kind, loosened
from sekisho.policy.read import read
from sekisho.policy.treatment import Treatment
from sekisho.policy.widening import widening_rows
from sekisho.proof.agreed import disagreeing
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy

FILES = files_in(shipped("tables"))
WEEKDAY = {"属性": "曜日", "符号": "weekday", "側": "要求", "導出": "対応表", "導出元": "暦"}


def errors(policy):
    return [one for one in lint(policy) if one.severity is Severity.ERROR]


def test_a_class_that_is_new_is_refused_everywhere_and_opens_nothing():
    new = read(with_class(FILES, cells={"項目区分": "推定", "符号": "guess", "種別": "項目"}))

    assert {one.kind for one in loosened(shipped_policy(), new)} == {Kind.ITEM_CLASS}
    assert errors(new) == []
    for system in new.systems.values():
        assert {rule.out.get("推定", Treatment.REFUSE) for rule in system.rules} == {
            Treatment.REFUSE
        }
        assert list(disagreeing(system)) == []


def test_an_attribute_that_is_new_changes_no_answer():
    values = [
        {**WEEKDAY, "値": word, "値の符号": code, "優先": str(n), "相手群": "－"}
        for n, (word, code) in enumerate((("平日", "weekday"), ("休日", "holiday")), 1)
    ]

    new = read(with_attribute(FILES, values=values, example="平日"))

    assert {one.kind for one in loosened(shipped_policy(), new)} == {Kind.VALUE}
    for key, system in new.systems.items():
        assert compare(shipped_policy().systems[key], system) == []
        assert list(disagreeing(system)) == []
    assert {row.attribute for row in widening_rows(shipped_policy(), new)} == {"曜日"}


def test_a_value_that_is_new_stands_behind_the_others_of_its_attribute():
    cells = {**rows_of(FILES, "属性.csv").row("契約相手＋他社").cells}

    files = with_value(FILES, cells={**cells, "値": "新しい相手", "値の符号": "x", "優先": "99"})

    assert read(files).attributes["契約相手"].words[-1] == "新しい相手"
