"""Writing text: switch configurations from templates, and the tree of files under ``build/``."""
