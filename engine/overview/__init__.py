"""The overview of one's work: figures over everything, what runs, and what to do next."""
