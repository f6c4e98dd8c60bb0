"""Foreign price data in, offers out. Knows neither Django nor the optimizer."""
