"""Forms say in whole sentences what to do."""

from django import forms


class Sentences(forms.Form):
    """A form whose missing answers are asked for by the name of the field."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            ask_for(field)


def ask_for(field: forms.Field) -> None:
    """Let `field` say what is missing: to choose, or to type."""
    act = "選んで" if isinstance(field, forms.ChoiceField) else "入れて"
    field.error_messages["required"] = f"「{field.label}」を{act}ください。"
