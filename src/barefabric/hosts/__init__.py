"""Files of servers: netplan, host routing, and the static pods of control-plane nodes."""
