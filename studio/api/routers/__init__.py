"""One router a noun. A route reads its request, calls a verb of the engine and answers."""
