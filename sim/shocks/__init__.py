"""Shocks: what strikes a market from outside; one shock a file."""
