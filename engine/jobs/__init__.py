"""Durable jobs: their queue, what the worker does for each, and the worker process."""
