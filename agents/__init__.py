"""Whose mind is it in?  One actor's decisions live here; what is nobody's decision lives in `sim`."""
