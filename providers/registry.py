"""Sources by name, imported when they are used: some bring heavy libraries."""

from importlib import import_module

from providers.base import PriceSource
from providers.errors import UnknownSource
from providers.text import did_you_mean, nearest

SOURCES = {
    "aws": "providers.aws.source:AwsSource",
    "azure": "providers.azure.source:AzureSource",
    "gcp": "providers.gcp.source:GcpSource",
    "baidu": "providers.baidu.source:BaiduSource",
    "gpuhunt": "providers.gpuhunt.source:GpuhuntSource",
}


def source_class(name: str) -> type[PriceSource]:
    """The class of a source. Raises UnknownSource, with the nearest known names."""
    dotted = SOURCES.get(name.strip().lower())
    if dotted is None:
        hint = did_you_mean(nearest(name, SOURCES)) or f"; known: {', '.join(SOURCES)}"
        raise UnknownSource(f"{name}: no source of prices has this name{hint}")
    module, _, attribute = dotted.partition(":")
    found: type[PriceSource] = getattr(import_module(module), attribute)
    return found
