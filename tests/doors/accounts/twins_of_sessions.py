"""Deliberately wrong variants; each must be caught by the test of the right one."""

from sekisho_web.accounts.models import Session


def deletes_the_row_alone(person):
    """A request that is running writes the row back, and the old cookie opens it."""
    Session.objects.filter(person=person).delete()


def marks_the_person_alone(person):
    """Makes the password unusable for signing in, and forgets who is in."""
    type(person).objects.filter(pk=person.pk).update(password_set_at=None)


ENDS = [deletes_the_row_alone, marks_the_person_alone]
