"""Azure: the public Retail Prices API, Resource SKUs, and price sheets of an agreement."""
