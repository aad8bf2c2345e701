"""The judge that reads the rendered files: Batfish, an open network model (github.com/batfish).

It is asked over HTTP; pybatfish, an optional part of the installation, is imported by
:mod:`barefabric.verify.batfish.service` alone.
"""
