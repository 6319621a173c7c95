"""Tests: sentences about the economy and about the machinery that runs it."""
