"""From a snapshot to trained weights: recipes as YAML, one self-contained trainer a file."""
