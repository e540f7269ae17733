"""As much of `curl` as the documentation's examples use, so that they run where it is not installed.

Fails for an answer that is an error, and for an option it does not know.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser

import httpx


def main() -> None:
    parser = ArgumentParser(allow_abbrev=False)
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-i", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="body")
    parser.add_argument("url")
    asked = parser.parse_args()
    headers = dict(line.split(": ", 1) for line in asked.headers)
    method = asked.method or ("POST" if asked.body else "GET")
    with httpx.Client(trust_env=False, timeout=60) as client:
        answer = client.request(method, asked.url, headers=headers, content=asked.body)
    if asked.i:
        print("\n".join(f"{name}: {value}" for name, value in answer.headers.items()), end="\n\n")
    sys.stdout.write(answer.text)
    sys.exit(not answer.is_success)


if __name__ == "__main__":
    main()
