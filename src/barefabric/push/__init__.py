"""Bring a build to the switches: what would change, and in which order nobody is cut off."""
