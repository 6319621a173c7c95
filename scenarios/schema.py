"""Everything a scenario can set: its header and one section for each part of the world.

Settings live in the files they steer; here they are only composed. A section is one line:

    consumers: ConsumerSettings = ConsumerSettings()
    tactics: plugins(TACTICS, "tactic") = ()
"""

from scenarios.header import Header


class Scenario(Header):
    """One world and what is tried in it; frozen and validated."""
