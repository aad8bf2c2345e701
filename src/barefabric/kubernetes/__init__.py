"""Kubernetes manifests: one module for each component, data in, YAML out."""
