"""Remember: every id, ASN, address and port a fabric was ever given, and hand out new ones."""
