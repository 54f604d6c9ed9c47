from django.db import models
from django.utils.translation import gettext_lazy as _


class LoadedWorld(models.Model):
    """The invented group that stands in this database (架空の世界). A real one has no such row."""

    digest = models.CharField(_("要約"), max_length=64, unique=True)
    loaded_at = models.DateTimeField(_("取込"))

    class Meta:
        verbose_name = _("架空の世界")
        verbose_name_plural = _("架空の世界")

    def __str__(self) -> str:
        return self.digest[:12]
