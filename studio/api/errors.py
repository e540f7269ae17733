"""Errors as programs get them: one JSON form for all of them, and one place that decides the status.

{"code": "not_found", "message": "what happened", "action": "what to do", "details": {}}
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketState

from engine.errors import EngineError, JobFailed
from models.errors import ModelError, RateLimited

log = logging.getLogger(__name__)

INTERNAL_CLOSE = 1011


class ErrorBody(BaseModel):
    """What every error looks like."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "code": "not_found",
                "message": "There is no job '0123' here.",
                "action": "Check the id, and that it belongs to this user_id.",
                "details": {},
            }
        }
    )
    code: str = Field(description="Stable name of the error, safe to compare with.")
    message: str = Field(description="What happened.")
    action: str = Field(description="What to do about it.")
    details: dict[str, Any] = Field(default={}, description="Figures and fields that belong to it.")


# Statuses of the engine's and the models' errors, by their codes; what is not here is 409: raised on
# purpose, so not possible as things are.
STATUS = {
    "invalid_input": 422,
    "invalid_config": 422,
    "training_off": 403,
    "not_found": 404,
    "context_too_long": 422,
    "blocked": 422,
    "rate_limited": 429,
    "model_unavailable": 503,
    "model_paused": 503,
    "no_worker": 503,
    "storage_unavailable": 503,
    "does_not_fit": 503,
    "weights_missing": 503,
    "invalid_key": 503,
    "training_failed": 500,
    "evaluation_failed": 500,
    "settings_error": 500,
    "internal_error": 500,
    "parked": 500,
    "disk_full": 503,
}

ACTIONS = {
    "invalid_input": "Correct the field that is named and send the request again.",
    "invalid_config": "Correct the keys that are named and send the request again.",
    "training_off": "Ask whoever runs this machine.",
    "not_found": "Check the id, and that it belongs to this user_id.",
    "wrong_state": "Read the job's state, and make a new job to run the work again.",
    "not_enough_examples": "Generate or write more examples first, then start again.",
    "cancelled": "Start a new job to go on; what was kept counts.",
    "already_running": "Stop the other process, or use it.",
    "identity_mismatch": "Train again on the base model that is served now.",
    "version_quarantined": "Train again, or activate another version; 0 is the base.",
    "snapshot_erased": "Freeze a new training set, or train on everything that is kept.",
    "erasure_changed": "Ask for the plan again, and send its total.",
    "checksum_mismatch": "Run `make setup` to fetch the file again.",
    "context_too_long": "Shorten the text.",
    "blocked": "Change the prompt.",
    "budget_used_up": "Raise the cap with PUT /api/budget, or wait until the period is over.",
    "price_unknown": "Give the provider's prices in the studio's settings, or lift the cap on money.",
    "rate_limited": "Wait for the seconds in Retry-After and try again.",
    "model_unavailable": "Wait a few seconds and try again.",
    "model_paused": "Wait until the training has ended, and try again.",
    "decided_meanwhile": "Read the text again and decide on what it is now.",
    "no_worker": "Start the studio (`zega run`).",
    "storage_unavailable": "Free some disk space, or see who may write to the home folder.",
    "does_not_fit": "Free some memory, or choose a smaller model.",
    "weights_missing": "Run `make setup` to fetch the base model.",
    "invalid_key": "Set the provider's key in the studio's settings.",
    "unauthorized": "Send the header `Authorization: Bearer <token>`.",
    "forbidden": "Call from this machine, by the studio's own address.",
    "method_not_allowed": "See /api/docs for the methods of this path.",
    "payload_too_large": "Send a smaller body.",
    "parked": "Start a new job. If it ends the same way, look into the logs of the studio.",
    "resume_refused": "Put back what is named and resume the job, or resume it with fork=true.",
    "nothing_to_resume": "Start a new job.",
    "disk_full": "Free some disk space and resume the job.",
    "too_few_preferences": "Vote in the Arena, edit texts or give thumbs, as is said, then start again.",
    "preferences_changed": "Start a new job: it learns from what is preferred now.",
    "too_few_rows": "Add examples to other prompts, or raise max_length, and start a new job.",
    "training_failed": "Start a new job; the examples are there.",
    "nothing_to_train_on": "Add examples that differ from each other and start a new job.",
    "unreadable_file": "Mend what is named, or save the file in another form, and send it again.",
    "unknown_model": "Choose another model of the provider in the studio's settings.",
    "local_only": "Choose a teacher on this machine, or turn off the switch in the studio's settings.",
}
# A job's error keeps its code, which is of something in the job, not of this request.
JOB_FAILED = "See to what the message names and start a new job; what was kept counts."

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
}


def error_response(
    status: int,
    code: str,
    message: str,
    *,
    action: str = "",
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The one form of an error; without an `action` of its own it gets the usual one of its code."""
    action = action or ACTIONS.get(code, "Try again. If it stays, look into the studio's logs.")
    body = ErrorBody(code=code, message=message, action=action, details=dict(details or {}))
    return JSONResponse(body.model_dump(), status_code=status, headers=headers)


def known(error: EngineError | ModelError, **more: str) -> JSONResponse:
    """An error that was raised on purpose; its figures become details, and so does `more`."""
    plain = (str, int, float, bool, type(None))
    told = vars(error) | more
    details = {name: value for name, value in told.items() if isinstance(value, plain)}
    for hidden in ("code", "log_tail"):
        details.pop(hidden, None)
    headers = {}
    if isinstance(error, JobFailed):
        return error_response(500, error.code, str(error), action=JOB_FAILED, details=details)
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(max(1, round(error.retry_after or 30)))
    status = STATUS.get(error.code, 409)
    return error_response(status, error.code, str(error), details=details, headers=headers)


def invalid(error: RequestValidationError | WebSocketRequestValidationError) -> JSONResponse:
    """A request that does not fit the schema: every field that is off. What was sent is not echoed."""
    problems = [
        {"field": ".".join(str(part) for part in each["loc"]), "message": each["msg"]}
        for each in error.errors()
    ]
    first = problems[0]
    message = f"{first['field']}: {first['message']}. Nothing was done."
    return error_response(422, "invalid_input", message, details={"fields": problems})


def http_error(error: HTTPException) -> JSONResponse:
    """What the framework refuses by itself: unknown paths and methods, bodies that are too large."""
    if error.status_code == 404:
        message, action = "There is nothing at this path.", "See /api/docs for what there is."
        return error_response(404, "not_found", message, action=action)
    code = CODES.get(error.status_code, "bad_request" if error.status_code < 500 else "unavailable")
    message = f"{error.detail.rstrip('.')}."
    return error_response(error.status_code, code, message, headers=error.headers)


def unexpected(error: Exception) -> JSONResponse:
    """What nobody foresaw, without its insides: those are in the studio's log."""
    log.error("a request failed", exc_info=error)
    message = "Something went wrong inside the studio; its log says what. Saved work is safe."
    return error_response(500, "internal_error", message)


def response_for(error: Exception) -> JSONResponse:
    """The answer to any error."""
    match error:
        case EngineError() | ModelError():
            return known(error)
        case RequestValidationError() | WebSocketRequestValidationError():
            return invalid(error)
        case HTTPException():
            return http_error(error)
    return unexpected(error)


async def answer(connection: HTTPConnection, error: Exception) -> Any:
    """The exception handler of all routes: the response to send, None where a WebSocket got it."""
    response = response_for(error)
    if not isinstance(connection, WebSocket):
        return response
    if connection.application_state is WebSocketState.CONNECTING:
        await connection.send_denial_response(response)
    else:
        await connection.close(INTERNAL_CLOSE)
    return None


HANDLED: tuple[type[Exception], ...] = (
    EngineError,
    ModelError,
    RequestValidationError,
    WebSocketRequestValidationError,
    HTTPException,
    Exception,
)
