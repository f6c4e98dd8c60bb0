"""Plans solved: from question to stored recommendation."""
