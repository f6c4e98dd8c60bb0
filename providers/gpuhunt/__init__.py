"""Neo-clouds by way of the catalogues that gpuhunt publishes: one file of comma-separated rows each."""
