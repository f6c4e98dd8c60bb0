"""Sources of prices, built from the environment: the one place that knows which variable is for whom.

AWS, Google Cloud and Azure's machine facts also use the credentials their SDKs find by themselves.
"""

from collections.abc import Callable, Mapping
from typing import Any

from advisor.env import env_list, env_secret, env_text
from providers.base import PriceSource
from providers.registry import SOURCES, source_class


def _aws() -> dict[str, Any]:
    regions = env_list("AWS_PRICE_REGIONS")
    return {"regions": regions} if regions else {}


def _azure() -> dict[str, Any]:
    regions = env_list("AZURE_REGIONS")
    given: dict[str, Any] = {"regions": regions} if regions else {}
    return given | {"subscription_id": env_text("AZURE_SUBSCRIPTION_ID")}


def _baidu() -> dict[str, Any]:
    regions = env_list("BAIDU_REGIONS")
    given: dict[str, Any] = {"regions": regions} if regions else {}
    return given | {
        "access_key_id": env_secret("BCE_ACCESS_KEY_ID"),
        "secret_access_key": env_secret("BCE_SECRET_ACCESS_KEY"),
    }


def _gpuhunt() -> dict[str, Any]:
    providers = env_list("GPUHUNT_PROVIDERS")
    return {"providers": providers} if providers else {}


_GIVEN: Mapping[str, Callable[[], dict[str, Any]]] = {
    "aws": _aws,
    "azure": _azure,
    "baidu": _baidu,
    "gpuhunt": _gpuhunt,
}


TITLES: Mapping[str, str] = {
    "aws": "Amazon Web Services",
    "azure": "Microsoft Azure",
    "gcp": "Google Cloud",
    "baidu": "Baidu AI Cloud",
    "gpuhunt": "Neo-clouds (gpuhunt)",
}
"""What people call them, known without loading any of their libraries."""


def names() -> tuple[str, ...]:
    return tuple(SOURCES)


def build(name: str) -> PriceSource:
    """A source ready to be asked. Raises UnknownSource; ImportError where its library is not installed."""
    given = _GIVEN.get(name, dict)()
    source: PriceSource = source_class(name)(**given)
    return source
