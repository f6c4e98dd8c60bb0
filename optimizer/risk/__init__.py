"""Uncertain demand and prices: scenarios, a model over all of them, and the measure of its risk."""
