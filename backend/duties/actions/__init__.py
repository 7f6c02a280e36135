"""What changes lists, categories and estates, one file a noun."""
