from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Investigation(models.Model):
    """One finished investigation of access logs (調査): question, parameters, tables, answer.

    It is frozen: the folder holds its rows, `counts` its numbers, and neither is changed. A new
    question, or the same under other tables, is a new one.
    """

    question = models.CharField(_("問い"), max_length=200)
    parameters = models.JSONField(_("条件"))
    table_hash = models.CharField(_("判定表の要約"), max_length=64)
    folder = models.CharField(_("結果の置き場所"), max_length=500)
    digest = models.CharField(_("結果の要約"), max_length=64, unique=True)
    counts = models.JSONField(_("件数"))
    created_at = models.DateTimeField(_("登録"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("登録した人"),
    )

    class Meta:
        verbose_name = _("調査")
        verbose_name_plural = _("調査")
        indexes = [models.Index(fields=["-created_at", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="investigation_names_its_tables_and_result_by_hash",
                condition=models.Q(table_hash__regex="^[0-9a-f]{64}$")
                & models.Q(digest__regex="^[0-9a-f]{64}$"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.digest[:12]}"
