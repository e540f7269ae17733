"""Quality: an offline 0-10 score for generated texts, from gates and named parts."""
