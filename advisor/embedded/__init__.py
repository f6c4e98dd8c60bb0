"""The embedded mode: everything one machine needs, started by one command."""
