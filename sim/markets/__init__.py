"""Markets settle what minds intend: they match, move goods and money, and decide nothing for anybody."""
