"""A page that only says it is there, in the place of the studio's web server."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from engine.settings import load_settings
from models.lifeline import end_with_parent


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")


if __name__ == "__main__":
    settings = load_settings()
    end_with_parent()
    ThreadingHTTPServer((settings.host, settings.port), Page).serve_forever()
