"""The nouns of a fabric: frozen values without input or output. Stages are functions over them."""
