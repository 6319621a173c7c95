"""Scenarios: what a user can set, read from TOML files, checked, scaled, described."""
