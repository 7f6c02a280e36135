"""Console pages about wishes: review, lists, calls, rounds, wishes on somebody's behalf."""
