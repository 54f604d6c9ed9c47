"""The record of an emergency says who signed, who came, and what was cleared up."""

from datetime import UTC, datetime, timedelta

from sekisho.reports.documents.dossier import Cleared, Company, Dossier, Term, report_of
from sekisho.reports.pictures import districts
from sekisho.reports.shapes import canonical, digest

NOON = datetime(2027, 9, 3, 3, tzinfo=UTC)


def dossier(**more):
    return Dossier(
        **{
            "code": "E2027-001",
            "kind": "非常災害",
            "owner": "九陽電力送配電",
            "cause": "台風第14号",
            "reason": "停電の受付",
            "areas": ("0901",),
            "systems": ("コールセンターシステム",),
            "commander": "霧島田 そう（P1）",
            "conduct_officer": "大隅 しおり（P2）",
            "lifted_at": NOON + timedelta(hours=50),
            "lifted_by": "霧島田 そう（P1）",
            "closed_at": NOON + timedelta(days=8),
            "closed_by": "霧島田 そう（P1）",
            "terms": (
                Term(
                    no=1,
                    starts=NOON,
                    ends=NOON + timedelta(hours=50),
                    declared_by="霧島田 そう（P1）",
                    confirmed_by="瀬峰 ひさぎ（P3）",
                    conduct_office=False,
                    digest="ab" * 32,
                ),
            ),
            "companies": (Company(name="九陽電力", helpers=40, accounts=40, loans=40),),
            "cleared": (
                Cleared(
                    words="貸与端末が返った（双方が署名）",
                    due_at=NOON,
                    done_at=NOON,
                    by="",
                    evidence="",
                    sha256="",
                ),
            ),
            "findings": (),
            "grants": 40,
            "uses": 0,
            "made_at": NOON + timedelta(days=8),
            "made_by": "霧島田 そう（P1）",
            "position": "",
        }
        | more
    )


def test_made_again_it_has_the_same_bytes():
    assert canonical(report_of(dossier())) == canonical(report_of(dossier()))


def test_a_word_that_changes_changes_the_digest():
    assert digest(report_of(dossier())) != digest(report_of(dossier(cause="台風第15号")))


def test_everybody_who_signed_is_named_and_helpers_are_counted():
    said = canonical(report_of(dossier())).decode()

    assert "瀬峰 ひさぎ（P3）" in said
    assert '"九陽電力","40","40","40"' in said
    assert "2027-09-05 14:00 霧島田 そう（P1）" in said


def test_what_ended_by_itself_says_so_and_what_is_open_is_not_done():
    open_line = Cleared(words="x", due_at=NOON, done_at=None, by="", evidence="", sha256="")
    said = canonical(report_of(dossier(lifted_at=None, cleared=(open_line,)))).decode()

    assert "期間の満了" in said
    assert "未了" in said


def test_the_tiles_say_by_word_which_districts_are_declared():
    drawn = districts.drawn(districts=["0901", "0902"], declared=["0902", "0999"], words="区域")

    assert drawn.count("<rect") == 3
    assert drawn.count(">発動<") == 2
    assert "地区 3 のうち、発動の区域は 2（0902、0999）。" in drawn
