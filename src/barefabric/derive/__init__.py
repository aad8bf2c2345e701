"""Intend: from a numbered shape to sessions, policies and the view of each device."""
