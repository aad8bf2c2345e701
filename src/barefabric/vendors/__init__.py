"""Network operating systems as data: what each one is called, can do and runs on."""
