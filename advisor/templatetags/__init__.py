"""Words and small parts of pages, for templates."""
