"""Timings that must hold; run by `make bench`."""
