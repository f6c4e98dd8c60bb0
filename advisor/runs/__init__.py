"""Runs: one solve of one version of a plan, from the press of a button to the stored result."""
