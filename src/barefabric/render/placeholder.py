"""How a configuration names a secret whose value only a push knows."""


def placeholder(secret: str) -> str:
    """``${secret:NAME}``, which stands as one word in a configuration; empty for no secret."""
    return f"${{secret:{secret}}}" if secret else ""
