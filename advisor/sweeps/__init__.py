"""Sweeps: one plan worked out many times, each time with something changed, and what that shows."""
