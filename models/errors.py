"""Every error a language model or its files raise.

ModelError
├── Unavailable          the server cannot be reached, broke off or answered nonsense; `temporary`
│                        says that it answered and may do better in a moment, `unreachable` that
│                        nothing got through to it. Others would fail again, or be paid for twice
│   ├── Paused           the model made room for a while and comes back by itself
│   └── ThoughtsShown    what came was not the answer, but thoughts that nothing marked as such
├── RateLimited          too many requests; carries `retry_after` seconds where the server said so
├── Blocked              the provider refused the content; carries `reason`
├── ContextTooLong       prompt and answer do not fit; carries both figures
├── InvalidKey           the key is missing or refused
├── UnknownModel         the provider has no model of that name
├── DoesNotFit           a model needs more memory than is free; carries both figures
├── ChecksumMismatch     a file is not the file that was recorded
└── WeightsMissing       the files of a base model are not on this machine
"""

from __future__ import annotations


class ModelError(Exception):
    """Base of all errors in this package; `code` is stable and safe to show.

    `billed` says whether the provider may have charged for the request that failed so.
    """

    code = "model_error"
    billed = True


class Unavailable(ModelError):
    code = "model_unavailable"

    def __init__(
        self,
        message: str,
        *,
        temporary: bool = False,
        unreachable: bool = False,
        billed: bool = True,
    ) -> None:
        super().__init__(message)
        self.temporary = temporary
        self.unreachable = unreachable
        self.billed = billed and not unreachable


class Paused(Unavailable):
    code = "model_paused"

    def __init__(self, for_what: str) -> None:
        super().__init__(
            f"The model has left memory to make room for {for_what}. It comes back by itself when "
            "that has ended, usually within minutes. Your text is safe.",
            billed=False,
        )


class ThoughtsShown(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "What came were the model's thoughts, which its server does not mark as such: they were "
            "dropped. Ask again: from now on they are waited for. To be rid of it, have the server "
            "mark thoughts (vLLM: --reasoning-parser).",
            temporary=True,
        )


class RateLimited(ModelError):
    code = "rate_limited"
    billed = False

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Blocked(ModelError):
    code = "blocked"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The provider refused to answer: {reason}. Nothing was saved from it.")
        self.reason = reason


class ContextTooLong(ModelError):
    code = "context_too_long"
    billed = False

    def __init__(self, tokens: int, limit: int) -> None:
        super().__init__(
            f"The text is {tokens:,} tokens long and the model reads {limit:,} at once. Shorten it."
            if limit
            else "The text is longer than the model reads at once. Shorten it."
        )
        self.tokens = tokens
        self.limit = limit


class InvalidKey(ModelError):
    code = "invalid_key"
    billed = False


class UnknownModel(ModelError):
    code = "unknown_model"
    billed = False


class DoesNotFit(ModelError):
    code = "does_not_fit"

    def __init__(self, model: str, needed_mb: int, available_mb: int) -> None:
        super().__init__(
            f"{model} needs about {needed_mb:,} MB of memory and {available_mb:,} MB are free. "
            "Choose a smaller model or free some memory."
        )
        self.needed_mb = needed_mb
        self.available_mb = available_mb


class ChecksumMismatch(ModelError):
    code = "checksum_mismatch"

    def __init__(self, path: object, expected: str, found: str) -> None:
        super().__init__(
            f"{path} has SHA-256 {found[:12]}…, expected {expected[:12]}…. It will not be loaded."
        )
        self.expected = expected
        self.found = found


class WeightsMissing(ModelError):
    code = "weights_missing"
