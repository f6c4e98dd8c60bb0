"""Questions about capacity as people ask them: the common, the broad, the narrow, the impossible."""

from decimal import Decimal

from advisor.catalog.search import Request

QUERIES = (
    Request(query="H100:8"),
    Request(),
    Request(query="cpu"),
    Request(query="H100:8", residency=("EU",)),
    Request(query="H100:8", residency=("EU",), purchases=("spot", "on_demand")),
    Request(query="A100", sort="per_accelerator"),
    Request(query="A100-80GB:4", at_least=True),
    Request(query="nvidia:24GB..80GB:1..8"),
    Request(query="gpu", currency="EUR"),
    Request(query="tpu", currency="CNY"),
    Request(query="asic", sort="-price"),
    Request(query="80GB"),
    Request(query="H100:8", pack=True),
    Request(query="gpu:16", pack=True, sort="per_accelerator"),
    Request(providers=("aws", "gcp"), sort="region", limit=100),
    Request(providers=("azure",), purchases=("reserved",), currency="JPY"),
    Request(regions=("aws/eu-*",)),
    Request(regions=("us-east-1",), query="cpu", min_vcpus=Decimal(8), min_memory_gib=Decimal(32)),
    Request(max_price=Decimal(2), sort="-accelerators"),
    Request(max_age_hours=Decimal(24 * 60), sort="age"),
    Request(query="cpu", min_memory_gib=Decimal(64), sort="instance", offset=40),
    Request(sort="-memory", offset=2000, limit=50),
    Request(sort="provider", offset=4000, limit=500),
    Request(offset=100_000),
    Request(limit=500),
    Request(residency=("WORLD",), purchases=("spot",), currency="GBP"),
    # empty, with the reasons why
    Request(query="H100:77"),
    Request(query="H100:8", residency=("CN-mainland",), max_price=Decimal(1)),
    Request(min_vcpus=Decimal(100_000)),
    Request(query="K80", providers=("aws",), regions=("aws/eu-*",), purchases=("spot",)),
    Request(query="nvidia:99", at_least=True, pack=True, max_price=Decimal(2)),
    Request(query="cpu", max_age_hours=Decimal(1)),
)
