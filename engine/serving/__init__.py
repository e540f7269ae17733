"""Which server answers as which model: one base with the users' adapters hot beside it."""
