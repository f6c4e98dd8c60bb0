"""Python loads this by itself where PYTHONPATH names the folder: a test then tells one source."""

from providers.registry import SOURCES

SOURCES["gpuhunt"] = "tests.browser.fake_site.source:ToldSource"
