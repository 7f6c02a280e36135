"""微心愿: residents wish, communities publish in rounds, party members claim and fulfil, the wisher confirms."""
