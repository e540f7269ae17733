"""One screen a file: read widgets, call one engine verb, draw. What they draw is in studio/web."""
