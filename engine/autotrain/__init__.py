"""One click, many examples: plan the prompts, let the teacher write, keep what is good."""
