"""Who may see what: organisations, sign-in, tokens."""
