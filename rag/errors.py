"""Every error the memory's index raises.

RagError
└── IndexUnavailable     the index's server is not there, or answered with an error
"""

from __future__ import annotations


class RagError(Exception):
    """Base of all errors in this package; `code` is stable and safe to show."""

    code = "memory_error"


class IndexUnavailable(RagError):
    """What is remembered is safe in the database; only recalling it has to wait."""

    code = "memory_unavailable"
