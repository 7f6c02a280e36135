"""What changes tickets, one file a noun."""
