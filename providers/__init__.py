"""Foreign price data in, offers out. Knows neither Django nor the optimizer."""

from providers.accelerators import ACCELERATORS, Accelerator, canonical_name, members
from providers.errors import (
    PriceFileError,
    ProviderError,
    ReferenceDataError,
    UnknownCurrency,
    UnknownPlace,
)
from providers.offers import InvalidOffer, Offer, Payment, PriceState, Purchase
from providers.places import COUNTRIES, GROUPS, Region, grid_intensity_g_per_kwh, region, resolve_place
from providers.pricefile import PriceFile, RefusedRow, read_price_file, write_price_file
from providers.rates import ReferenceRates, reference_rates

__all__ = [
    "ACCELERATORS",
    "COUNTRIES",
    "GROUPS",
    "Accelerator",
    "InvalidOffer",
    "Offer",
    "Payment",
    "PriceFile",
    "PriceFileError",
    "PriceState",
    "ProviderError",
    "Purchase",
    "ReferenceDataError",
    "ReferenceRates",
    "RefusedRow",
    "Region",
    "UnknownCurrency",
    "UnknownPlace",
    "canonical_name",
    "grid_intensity_g_per_kwh",
    "members",
    "read_price_file",
    "reference_rates",
    "region",
    "resolve_place",
    "write_price_file",
]
