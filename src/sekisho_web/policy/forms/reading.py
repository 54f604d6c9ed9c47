from collections.abc import Mapping

from django import forms

from sekisho.policy.attributes import Attribute


class Context(forms.Form):
    """Checks that each attribute has a value that the tables know. What follows is a rule."""

    def __init__(
        self, data: Mapping[str, str] | None, *, attributes: Mapping[str, Attribute]
    ) -> None:
        super().__init__(data, auto_id="ask-%s")
        self.attributes = attributes
        for name, attribute in attributes.items():
            self.fields[attribute.code] = forms.ChoiceField(
                label=name,
                choices=[(value.code, value.word) for value in attribute.values],
                error_messages={"invalid_choice": f"{name}を一覧から選んでください。"},
            )

    def context(self) -> dict[str, str]:
        """Return the context in the words of the tables."""
        return {
            name: attribute.by_code[self.cleaned_data[attribute.code]].word
            for name, attribute in self.attributes.items()
        }
