"""Puts our admin pages in place of Django's; advisor/urls.py fills them, so that commands start fast."""

from django.contrib.admin.apps import SimpleAdminConfig


class AdvisorAdminConfig(SimpleAdminConfig):
    default_site = "advisor.web.admin_site.AdvisorAdminSite"
