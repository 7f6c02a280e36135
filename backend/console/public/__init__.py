"""Pages that anyone may open: the landing page, the hall screen, the check of a certificate."""
