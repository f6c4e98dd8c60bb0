"""Exchange rates: taking them in, and which are in force."""
