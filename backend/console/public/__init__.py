"""Pages that anyone may open: the front page, the hall screen, the check of a certificate."""
