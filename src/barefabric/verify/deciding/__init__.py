"""How each kind of contract is decided on computed routes."""
