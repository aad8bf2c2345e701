"""Compare two designs: in the field's terms first, then as text."""
