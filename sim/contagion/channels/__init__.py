"""Channels: how today's failures become losses of others, through the books."""

CHANNELS: dict[str, type] = {channel.kind: channel for channel in ()}
