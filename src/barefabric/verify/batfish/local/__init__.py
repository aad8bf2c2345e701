"""A Batfish service on this machine: started, watched and stopped by ``fabric batfish``."""
