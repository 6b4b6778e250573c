"""Accepting and rejecting visits: first how many it would be, then a task whose progress can be seen."""

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.responses import Response

from analytics_service.administering.reviews import opposite, parse_days, place_review
from analytics_service.domain.quarantine import Selection
from analytics_service.domain.site import Site
from analytics_service.domain.tasks import Task, TaskKind, TaskState
from analytics_service.errors import BadParameter
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.handlers import viewer_of
from analytics_service.web.dashboard.settings.drops import answer_drops
from analytics_service.web.dashboard.settings.frame import read_site, settings_path, show_tab
from analytics_service.web.dashboard.settings.install import explain_reason
from analytics_service.web.dashboard.settings.reader import read_drops

KINDS = {"accept": TaskKind.ACCEPT, "reject": TaskKind.REJECT}
TEXT_LIMIT = 100
RELOAD_INTERVAL = timedelta(seconds=2)


async def show_review(call: PageCall) -> Response:
    """`GET /s/{site}/settings/drops/review`: answers with how many visits would change."""
    query = call.request.query_params
    given = {name: query.get(name, "")[:TEXT_LIMIT] for name in ("what", "family", "reason", "from", "to")}
    site = await read_site(call)
    try:
        kind, selection = parse_review(site, given, call)
    except BadParameter as error:
        field = error.parameter if error.parameter in given else "family"
        return await answer_drops(
            call, site, errors={field: call.words[f"wrong_review_{field}"]}, given=given
        )
    extent = await read_drops(call.services, lambda drops: drops.count(selection))
    formats = viewer_of(call).formats(site)
    return await show_tab(
        call,
        site,
        "drops",
        template="settings/review.html",
        what=given["what"],
        selection=selection,
        reason=explain_reason(call, selection.reason) if selection.reason else "",
        visits=formats.count(extent.visits),
        views=formats.count(extent.views),
        days=formats.count(extent.days),
        is_empty=not extent.visits,
        action=settings_path(site, "drops", "review"),
        is_accept=kind is TaskKind.ACCEPT,
    )


async def take_review(call: PageCall) -> Response:
    """`POST /s/{site}/settings/drops/review`: places the task, and leads to its progress."""
    given = {
        name: call.form.get(name, "")[:TEXT_LIMIT] for name in ("what", "family", "reason", "from", "to")
    }
    site = await read_site(call)
    kind, selection = parse_review(site, given, call)
    number = await call.services.dashboard.config.run(
        lambda stores: place_review(stores, kind, site, selection, actor=call.actor, at=call.at)
    )
    return redirect(settings_path(site, "drops", "tasks", str(number)))


def parse_review(site: Site, given: dict[str, str], call: PageCall) -> tuple[TaskKind, Selection]:
    """Returns what was asked of which visits. Raises BadParameter."""
    kind = KINDS.get(given["what"])
    if kind is None:
        raise BadParameter("what", "enum", "must be accept or reject", tuple(KINDS))
    family = given["family"].strip()
    if kind is TaskKind.REJECT and not family:
        raise BadParameter("family", "value", "name the browser whose visits were no people")
    first, last = parse_days(site, given["from"], given["to"], call.at)
    is_accept = kind is TaskKind.ACCEPT
    reason = given["reason"] if is_accept else ""
    return kind, Selection(site.number, first, last, reason=reason, family=family, marked=is_accept)


async def show_task(call: PageCall) -> Response:
    """`GET /s/{site}/settings/drops/tasks/{task}`: answers with how far a task is, and how to undo it."""
    site = await read_site(call)
    text = call.request.path_params["task"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
    task = await call.services.dashboard.config.run(lambda stores: stores.tasks.find(number))
    if task is None or task.arguments.get("site") != site.number or task.kind not in KINDS.values():
        raise HTTPException(404, "task")
    return await show_tab(
        call,
        site,
        "drops",
        template="settings/task.html",
        is_waiting=task.state is TaskState.WAITING,
        has_failed=task.state is TaskState.FAILED,
        problem=str(task.answer.get("error", "")),
        is_accept=task.kind is TaskKind.ACCEPT,
        undo=_describe_undo(task),
        review=settings_path(site, "drops", "review"),
        reload=int(RELOAD_INTERVAL.total_seconds()),
        counts=_counts(call, site, task),
    )


def _counts(call: PageCall, site: Site, task: Task) -> dict[str, str]:
    formats = viewer_of(call).formats(site)
    numbers = {name: task.answer.get(name, 0) for name in ("visits", "views", "days")}
    return {
        name: formats.count(number) if isinstance(number, int) else "0" for name, number in numbers.items()
    }


def _describe_undo(task: Task) -> dict[str, str] | None:
    """Returns the fields of the form that undoes a task; None where it cannot be undone."""
    found = opposite(task.kind, task.arguments) if task.state is TaskState.DONE else None
    if found is None:
        return None
    kind, selection = found
    return {
        "what": next(word for word, one in KINDS.items() if one is kind),
        "family": selection.family,
        "reason": selection.reason,
        "from": selection.first.isoformat(),
        "to": selection.last.isoformat(),
    }
