"""What runs inside the lab, as process 1 of its own namespaces or of a kernel of its own.

Standard library only, and nothing of the package but ``barefabric.lab.types``.
"""
