"""The bill, provider by provider."""
