"""Plan files for people: addresses, AS numbers, cables, sessions, what to buy, and a picture."""
