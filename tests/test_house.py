"""The house keeps itself: what no reviewer should have to look for."""

import csv
import hashlib
import re
import subprocess
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

TOP = Path(__file__).parents[1]
SRC = TOP / "src"
OURS = ("sekisho", "sekisho_links", "sekisho_web", "sekisho_cli")
DOORS = {"reads", "writes", "asks", "shows", "machine"}
SILENT = compile("", "nothing", "exec")


def every_view(resolver=None):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_view(entry)
        elif isinstance(entry, URLPattern) and entry.callback.__module__.startswith("sekisho_web"):
            yield entry.callback


def tracked(*suffixes):
    names = subprocess.run(
        ["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [TOP / name for name in names if name.endswith(suffixes) and (TOP / name).is_file()]


def test_every_template_is_named_somewhere():
    text = "".join(p.read_text() for p in SRC.rglob("*") if p.suffix in {".py", ".html"})
    templates = [p.relative_to(p.parents[1]).as_posix() for p in SRC.glob("*/*/templates/*/*.html")]

    assert [name for name in templates if name not in text] == []


@pytest.mark.parametrize("model", [m for m in apps.get_models() if "sekisho_web" in m.__module__])
def test_every_model_says_what_it_is_in_japanese(model):
    assert re.search(r"[ぁ-んァ-ヶ一-龠]", str(model._meta.verbose_name))
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")


@pytest.mark.parametrize("view", list(every_view()), ids=lambda view: view.__qualname__)
def test_every_view_is_a_door(view):
    assert getattr(view, "kind", None) in DOORS


def test_an_app_keeps_its_doors_to_itself():
    graph = grimp.build_graph("sekisho_web")

    def app(module):
        return module.split(".")[1]

    strangers = [
        (importer, module)
        for module in graph.modules
        if module.split(".")[-1] in {"views", "forms", "jobs", "api"}
        for importer in graph.find_modules_that_directly_import(module)
        if app(importer) != app(module)
    ]

    assert strangers == []


def test_no_response_is_rendered_after_its_transaction_or_streamed():
    late = re.compile(r"\b(TemplateResponse|SimpleTemplateResponse)\b")

    assert [str(p) for p in tracked(".py") if SRC in p.parents and late.search(p.read_text())] == []


def test_nothing_that_is_configured_can_unpickle():
    """A pickle in a table is code for whoever may write the table, and the web may write it."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    names = [cache["BACKEND"] for cache in settings.CACHES.values()]
    names += [settings.SESSION_SERIALIZER, f"{settings.SESSION_ENGINE}.SessionStore"]
    names += [settings.MESSAGE_STORAGE, settings.SIGNING_BACKEND, *settings.AUTHENTICATION_BACKENDS]
    unpickling = [
        (name, member)
        for name in names
        for kind in import_string(name).__mro__
        for member, function in vars(kind).items()
        if {"pickle", "marshal", "shelve"} & {*getattr(function, "__code__", SILENT).co_names}
    ]
    ours = re.compile(r"^\s*(import|from) (pickle|marshal|shelve|dill|cloudpickle)\b", re.MULTILINE)

    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")
    assert unpickling == []
    assert [str(p) for p in tracked(".py") if SRC in p.parents and ours.search(p.read_text())] == []


def test_templates_have_no_inline_script_style_or_handler():
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=|\shx-on|javascript:")
    guilty = [str(p) for p in SRC.rglob("*.html") if inline.search(p.read_text())]

    assert guilty == []


def test_the_glossary_page_holds_every_word_of_the_glossary():
    page = (TOP / "docs/glossary.md").read_text()
    with (TOP / "content/glossary.csv").open(encoding="utf-8") as file:
        words = [row["term_ja"].replace("|", "／") for row in csv.DictReader(file)]

    assert [word for word in words if f"| {word} |" not in page] == []


def test_vendored_files_are_what_their_manifest_says():
    manifests = list((TOP / "vendor").glob("MANIFEST*.toml"))
    assert manifests
    for manifest in manifests:
        for name, entry in tomllib.loads(manifest.read_text())["files"].items():
            body = (TOP / "vendor" / name).read_bytes()
            assert hashlib.sha256(body).hexdigest() == entry["sha256"], name
            assert entry["source"]
            assert entry["version"]
            assert entry["licence"]


def test_no_dependency_is_under_gpl_or_agpl():
    project = tomllib.loads((TOP / "pyproject.toml").read_text())
    lines = list(project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        lines += extra
    lines += project["dependency-groups"]["dev"]
    for line in lines:
        about = metadata(re.split(r"[\[<>=; ]", line)[0])
        words = " ".join(
            [about.get("License-Expression") or "", *(about.get_all("Classifier") or [])]
        )
        assert not re.search(r"(?<!L)(?<!Lesser )\b(AGPL|GPL-|GPLv)", words), (line, words)


def test_every_dependency_has_its_reason_beside_it():
    text = (TOP / "pyproject.toml").read_text()
    listed = text[text.index("dependencies = [") : text.index("[build-system]")]
    bare = [line for line in listed.splitlines() if line.startswith('  "') and "#" not in line]

    assert bare == []


def test_the_readme_shows_its_two_commands_and_its_pictures():
    for name in ("README.md", "README.ja.md"):
        text = (TOP / name).read_text()
        assert "make demo" in text
        assert "make test" in text
        pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
        assert len(pictures) == 2
        assert all((TOP / picture).is_file() for picture in pictures)


def test_links_in_the_documents_lead_somewhere():
    dead = [
        (str(page.relative_to(TOP)), target)
        for page in tracked(".md")
        for target in re.findall(r"(?<!!)\[[^]]*\]\((?!https?:)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert dead == []


def test_nothing_of_the_workplace_is_named_in_the_tree():
    places = re.compile("/wor" + "k/|/tm" + r"p/plan|\.librar" + "y|shared/(design|tables|content)")

    assert [str(p) for p in tracked(".py", ".md", ".toml", ".html", ".csv", "run", "Makefile")
            if places.search(p.read_text(encoding="utf-8", errors="replace"))] == []  # fmt: skip


def test_no_file_is_longer_than_a_reader_can_hold():
    long = [
        (str(p.relative_to(TOP)), n)
        for p in tracked(".py", ".html", ".js")
        if "vendor" not in p.parts
        and "migrations" not in p.parts  # written by Django, one a step
        and (n := len(p.read_text().splitlines())) > 450
    ]

    assert long == []


def test_the_sheet_and_the_script_stay_small():
    ours = SRC / "sekisho_web/frame/static/frame"
    css = sum(len(p.read_text().splitlines()) for p in ours.glob("*.css") if p.name != "tokens.css")
    js = sum(len(p.read_text().splitlines()) for p in SRC.glob("*/*/static/**/*.js"))

    assert css <= 650
    # 150 of every page; 205 of the editor of tables, which is written by keyboard; 90 of the
    # reader of labels
    assert js <= 450
