"""Console pages that look at the whole: registers, figures, journal, seals, deliveries, complaints."""
