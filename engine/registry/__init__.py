"""Versions of zega-<user_id>: registering what a run made, and which one answers."""
