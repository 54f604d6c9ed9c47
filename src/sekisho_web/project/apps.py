from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "sekisho_web.project"
    label = "project"

    def ready(self) -> None:
        from sekisho_web.project import checks, sign_in_checks  # noqa: F401, PLC0415  # register themselves
