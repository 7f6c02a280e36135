"""Everything that is said to WeChat and heard from it: the gateway, the live one, pushes, and a simulator."""
