"""Jishi, the simulated market: what is nobody's decision lives here, the decisions live in `agents`."""
