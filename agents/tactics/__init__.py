"""Tactics: what a platform does to be used; one tactic a file."""
