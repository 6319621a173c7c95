"""Tests of what is generated and of what is written for readers."""
