"""Lists of duties, categories, estates and routing over HTTP."""
