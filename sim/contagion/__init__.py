"""Contagion: how failures travel over a financial network; pure algorithms, usable without the market."""
