"""Shocks from outside, a file each."""

from sim.shocks.demand import DemandShock

SHOCKS = {shock.kind: shock for shock in (DemandShock,)}
