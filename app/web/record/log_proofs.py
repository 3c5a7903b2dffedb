"""How strangers check the log: consistency, time stamps, a page that explains it; and the witness (R38)."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from app import signing
from app.channels.witnesses import witnessed_logs_of
from app.domain.record.witness import WitnessAnswer
from app.models import CheckpointStamp
from app.services.record import checkpoints, proofs
from app.services.upkeep import witnessing
from app.web.periods.public import the_office
from app.web.record.log_key import log_key, witness_key
from app.web.shared.access import everyone, work
from app.web.shared.downloads import send_download
from app.web.shared.forms import csrf
from app.web.shared.indexing import may_be_indexed
from app.web.shared.limits import address, limiter
from app.web.shared.portal import number, portal, session

blueprint = Blueprint("log_proofs", __name__, url_prefix="/log")
_LIMIT = "60/minute"
_SIZE = "text/x.tlog.size"
_LONGEST = 16 * 1024


@blueprint.get("/check")
@everyone
@may_be_indexed
def check() -> ResponseReturnValue:
    """Explain step by step how anybody checks a receipt, a list and the checkpoints."""
    sizes = proofs.sizes(session())
    return render_template(
        "record/log_check.html",
        office=the_office(),
        key=str(log_key()),
        newest=sizes[0] if sizes else None,
        newest_address="/log/checkpoint",
        log_address="/log/",
        witnesses=[key for key in portal().settings.witnesses.split(",") if key.strip()],
        witness_key=str(witness_key().key) if portal().settings.witnessed_logs else "",
    )


@blueprint.get("/consistency")
@everyone
def consistency() -> ResponseReturnValue:
    """Send the proof that the checkpoint of one size grew into that of another; both were published."""
    try:
        old, new = number(request.args.get("from", "")), number(request.args.get("to", ""))
    except ValueError:
        abort(404)
    content = proofs.prove_growth(session(), old, new, str(log_key()))
    if content is None:
        abort(404)
    return send_download(content, f"衔接证明{old}-{new}.json", "application/json")


@blueprint.get("/checkpoints/<int:size>/stamp")
@everyone
def stamp(size: int) -> ResponseReturnValue:
    """Send the time stamp of a checkpoint (RFC 3161), where an authority gave one."""
    checkpoint = checkpoints.of_size(session(), size)
    row = session().get(CheckpointStamp, checkpoint.id) if checkpoint else None
    if row is None:
        abort(404)
    return send_download(row.token, f"时间戳{size}.tsr", "application/timestamp-reply")


@blueprint.post("/add-checkpoint")
@csrf.exempt  # type: ignore[untyped-decorator] # asked by another installation: what counts is its signature
@everyone
@limiter.limit(_LIMIT, key_func=address)
def add_checkpoint() -> ResponseReturnValue:
    """Cosign a checkpoint of a log that the settings name (C2SP tlog-witness)."""
    logs = witnessed_logs_of(portal().settings)
    if not logs:
        abort(404)
    body = request.get_data(cache=False) if (request.content_length or 0) <= _LONGEST else b""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "", WitnessAnswer.MALFORMED.value
    cosigned = witnessing.cosign_checkpoint(work(), logs, witness_key(), signing.verify, text)
    kind = _SIZE if cosigned.answer is WitnessAnswer.OTHER_SIZE else "text/plain; charset=utf-8"
    return cosigned.line, cosigned.answer.value, {"Content-Type": kind, "Cache-Control": "no-store"}
