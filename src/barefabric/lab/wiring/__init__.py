"""How a host's interfaces come up: bonds, VLANs, bridges, addresses, from the rendered files."""
