"""How far a design goes: ports, addresses, AS numbers, routes, bandwidth, growth, failures."""
