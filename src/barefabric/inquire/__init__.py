"""Answer questions about a design: a session, a device, where a value came from."""
