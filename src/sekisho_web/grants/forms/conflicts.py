"""What is typed where the second line lets somebody off a rule. Rules decide; forms read."""

from django import forms

from sekisho_web.frame.sentences import Sentences


class LetOff(Sentences):
    starts = forms.DateField(
        label="始まりの日",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "年月日を 2027-04-01 の形で入れてください。"},
    )
    last_day = forms.DateField(
        label="終わりの日",
        help_text="この日まで。長くても6か月です",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "年月日を 2027-04-01 の形で入れてください。"},
    )
    reason = forms.CharField(
        label="認める理由と手当て",
        max_length=1_000,
        help_text="なぜ要るか、漏れを防ぐために何を分けるか。台帳と年次の報告に載ります",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class Months(Sentences):
    months = forms.IntegerField(
        label="月数",
        error_messages={"invalid": "1から120までの数を入れてください。"},
    )
    reason = forms.CharField(
        label="変える理由",
        max_length=1_000,
        help_text="台帳に残ります。第2線のほかの人が確認してから効きます",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
