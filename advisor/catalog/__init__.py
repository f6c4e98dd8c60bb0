"""The catalogue: a ledger of offers, and the questions asked of it."""
