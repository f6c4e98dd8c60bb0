"""Baidu AI Cloud: prices asked one by one through its signed API. See SOURCES.md for what is unverified."""
