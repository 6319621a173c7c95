"""Figures: each is a function from data to a `Picture`, which holds the figure and the table behind it."""
