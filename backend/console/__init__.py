"""Pages: the landing page and the hall's wall; the staff console grows here."""
