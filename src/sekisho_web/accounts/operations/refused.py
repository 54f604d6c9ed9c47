"""What an operation raises where a rule refuses: the same refusal that the button shows."""

from sekisho.terms.refusals import Refusal


class Refused(Exception):
    """Nothing was done. `refusal` says why, and what to do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
