"""The live lab: the designed fabric on real routing daemons, on one Linux machine."""
