"""The API: typed, versioned, the same services as the pages."""
