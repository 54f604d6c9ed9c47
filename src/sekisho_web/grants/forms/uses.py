"""What is typed about uses that are over, and about grants that must end."""

from django import forms

from sekisho.grants.looking_back import Answer
from sekisho_web.frame.sentences import Sentences

LONG = forms.Textarea(attrs={"rows": 3})


class Revoke(Sentences):
    reason = forms.CharField(
        label="取り消す理由",
        max_length=200,
        widget=LONG,
        help_text="台帳に残ります。お客さまの名前や番号は書かないでください。",
    )


class LookBack(Sentences):
    answer = forms.ChoiceField(
        label="答え",
        choices=[
            (Answer.PROPER.value, "適正：承認した目的のとおりに使われた"),
            (Answer.TO_CHECK.value, "要確認：第2線が確かめる"),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="所見",
        required=False,
        max_length=400,
        widget=LONG,
        help_text="「要確認」のときは、どの閲覧を、なぜ確かめるのかを書きます。",
    )


class Client(Sentences):
    """Where a system that speaks OpenID Connect takes its people back."""

    redirect = forms.CharField(
        label="戻り先",
        max_length=300,
        help_text="そのシステムの redirect_uri を、書いてあるとおりに入れます。",
    )
