"""The one Django application of the project."""

from django.apps import AppConfig


class AdvisorConfig(AppConfig):
    name = "advisor"
    verbose_name = "Quartermaster"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from advisor import checks  # noqa: F401  registers the system checks; needs the app registry
