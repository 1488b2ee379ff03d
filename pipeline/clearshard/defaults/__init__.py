"""Data that travels inside the package: the default policy."""
