"""Checks of the design itself: what no routing protocol would tell."""
