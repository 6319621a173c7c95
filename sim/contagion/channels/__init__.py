"""Channels: how today's failures become losses of others, through the books."""
