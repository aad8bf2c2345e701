"""What speaks BGP beside the rendered files: node speakers and routers outside."""
