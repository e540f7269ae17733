"""Parts of screens. Each draws one thing from values it is given and calls at most one engine verb."""
