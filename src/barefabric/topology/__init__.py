"""Read a topology file: YAML with positions, the schema, and checks across its parts."""
