"""Strategies: how a platform decides what to do next; one strategy a file."""
