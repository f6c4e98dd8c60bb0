"""Whose catalogue a file is, and in which country its locations are."""

import re
from collections.abc import Mapping

from providers.places import COUNTRIES, region

PROVIDERS: Mapping[str, str] = {
    "lambdalabs": "lambda",
    "verda": "verda",
    "datacrunch": "verda",  # its former name
    "nebius": "nebius",
    "runpod": "runpod",
    "cloudrift": "cloudrift",
    "crusoe": "crusoe",
    "cudo": "cudo",
    "digitalocean": "digitalocean",
    "hotaisle": "hotaisle",
    "jarvislabs": "jarvis-labs",
    "seeweb": "seeweb",
    "vultr": "vultr",
}
"""gpuhunt's name -> ours."""

_OWN = "has its own source here"
_MARKET = "is a marketplace: single machines at prices that hold for minutes, often without a place"
NOT_TAKEN: Mapping[str, str] = {
    "aws": _OWN, "azure": _OWN, "gcp": _OWN,
    "oci": "is taken from the vendor's own price list",
    "vastai": _MARKET, "lium": _MARKET, "tensordock": _MARKET,
    "daytona": "sells sandboxes without a place, not machines",
}  # fmt: skip
"""Catalogues that are recognised and left out, with the reason."""

LIMITED: Mapping[str, frozenset[str]] = {
    "nebius": frozenset({"eu-north2", "eu-south1", "eu-west2", "us-north1"})
}
"""Regions open only to those who have deployments there."""

_BY_CODE: Mapping[str, Mapping[str, str]] = {
    "lambda": {
        "europe-central-1": "DE", "asia-south-1": "IN", "asia-northeast-1": "JP", "asia-northeast-2": "JP",
        "me-west-1": "IL",
    },
    "nebius": {"eu-north2": "IS", "eu-south1": "ES", "eu-west2": "FR", "me-west1": "IL"},
    "vultr": {
        "ewr": "US", "ord": "US", "dfw": "US", "sea": "US", "lax": "US", "atl": "US", "mia": "US",
        "sjc": "US", "hnl": "US", "yto": "CA", "mex": "MX", "sao": "BR", "scl": "CL", "ams": "NL",
        "lhr": "GB", "man": "GB", "fra": "DE", "cdg": "FR", "mad": "ES", "waw": "PL", "sto": "SE",
        "nrt": "JP", "itm": "JP", "icn": "KR", "sgp": "SG", "blr": "IN", "bom": "IN", "del": "IN",
        "syd": "AU", "mel": "AU", "jnb": "ZA", "tlv": "IL", "mxp": "IT",
    },
}  # fmt: skip
_BY_START: Mapping[str, Mapping[str, str]] = {
    "verda": {"fin-": "FI", "ice-": "IS"},
    "crusoe": {"eu-iceland": "IS", "eu-norway": "NO"},
    "jarvis-labs": {"india-": "IN"},
    "lambda": {"us-": "US", "australia-": "AU"},
    "digitalocean": {
        "nyc": "US", "sfo": "US", "atl": "US", "ric": "US", "tor": "CA", "lon": "GB", "ams": "NL",
        "fra": "DE", "sgp": "SG", "blr": "IN", "syd": "AU",
    },
}  # fmt: skip
_COUNTRY_FIRST = frozenset({"cloudrift", "crusoe", "cudo", "hotaisle", "nebius", "seeweb"})
# Codes of countries that stand for larger parts of the world in names of regions.
_NOT_COUNTRIES = frozenset({"EU", "AP", "ME", "SA", "AF", "NA", "AS", "OC", "LA"})
_RUNPOD = re.compile(r"(?:(US|CA)-[A-Z]{2,3}|(?:EU|EUR|AP|OC|SEA|SA|AF|ME)-([A-Z]{2}))-[0-9]{1,2}")


def provider_in(name: str) -> str | None:
    """gpuhunt's name of the provider in a file name such as `lambdalabs.csv` or `runpod 20261120.zip`."""
    words = re.split(r"[^a-z]+", name.casefold())
    found = {word for word in words if word in PROVIDERS or word in NOT_TAKEN}
    return found.pop() if len(found) == 1 else None


def country_of(provider: str, location: str) -> str | None:
    """ISO country of a location of one of our providers; None when it cannot be told for sure."""
    place = region(provider, location)
    if place is not None:
        return place.country
    name = location.casefold()
    if known := _BY_CODE.get(provider, {}).get(name):
        return known
    for start, country in _BY_START.get(provider, {}).items():
        if name.startswith(start):
            return country
    if provider == "runpod":
        match = _RUNPOD.fullmatch(location.upper())
        code = match[1] or match[2] if match else location.upper()
        return code if code in COUNTRIES else None
    if provider in _COUNTRY_FIRST:
        first = name.partition("-")[0].upper()
        code = "GB" if first == "UK" else first
        return code if code in COUNTRIES and code not in _NOT_COUNTRIES else None
    return None
