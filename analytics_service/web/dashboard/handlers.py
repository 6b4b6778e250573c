"""What routes of sites call: each asks for a page and answers with it."""

import asyncio
from datetime import timedelta

from starlette.responses import Response

from analytics_service.administering.audit import record
from analytics_service.administering.sites import add_site
from analytics_service.domain.annotations import Annotation, parse_text
from analytics_service.domain.audit import Event
from analytics_service.domain.period_forms import parse_date
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter, Refused
from analytics_service.ports.storage import ConfigStores
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.call import PageCall, redirect
from analytics_service.web.dashboard.day_notes import show_notes
from analytics_service.web.dashboard.destination import find_destination
from analytics_service.web.dashboard.overview_page import save_rows, show_overview
from analytics_service.web.dashboard.page import Download, Outcome, Page, Redirect
from analytics_service.web.dashboard.problems import describe_problem
from analytics_service.web.dashboard.renderer import ROOT, THEMES, render
from analytics_service.web.dashboard.security import THEME, set_cookie
from analytics_service.web.dashboard.site_form import (
    SiteForm,
    list_zones,
    propose,
    read_form,
    to_changes,
    with_error,
)
from analytics_service.web.dashboard.site_pages import show_realtime, show_sites
from analytics_service.web.dashboard.viewer import Viewer, site_path
from analytics_service.web.encodings import MIN_BYTES, choose_encoding

PART = "x-part"
KNOWN_WITHIN = timedelta(seconds=3)
"""How long a worker may need to notice a new site."""
_LOOK_INTERVAL = timedelta(milliseconds=50)


def viewer_of(call: PageCall) -> Viewer:
    """Returns who looks at the page of a call."""
    return Viewer(
        services=call.services, user=call.user.principal(), language=call.language, root=ROOT, at=call.at
    )


def address_of(call: PageCall) -> Address:
    """Returns the address that was asked for, as every link of its page begins."""
    request = call.request
    return Address(f"{ROOT}{request.url.path}", tuple(request.query_params.multi_items()))


async def answer(call: PageCall, outcome: Outcome) -> Response:
    """Returns a page, compressed where the browser takes that; another address; or a file."""
    match outcome:
        case Redirect():
            return redirect(outcome.to)
        case Download():
            disposition = {"Content-Disposition": f'attachment; filename="{outcome.name}"'}
            return Response(outcome.body, headers=disposition, media_type=outcome.media_type)
        case Page():
            response = render(call, outcome.template, status=outcome.status, **outcome.values)
            return await _compress(call, response)


async def _compress(call: PageCall, response: Response) -> Response:
    body = bytes(response.body)
    encoding = choose_encoding(call.request.headers.get("accept-encoding", ""))
    if encoding and len(body) >= MIN_BYTES:
        response.body = await call.services.api.compressor.compress(body, encoding)
        response.headers["Content-Encoding"] = encoding
        response.headers["Content-Length"] = str(len(response.body))
    return response


async def answer_sites(call: PageCall) -> Response:
    """`GET /`: answers with the table of sites."""
    name = call.user.name
    favourites = await call.services.dashboard.config.run(lambda stores: stores.favourites.favourites(name))
    return await answer(call, await show_sites(viewer_of(call), address_of(call), favourites))


async def answer_overview(call: PageCall) -> Response:
    """`GET /s/{site}`: answers with the overview, or the part of it that is asked for."""
    part = call.request.headers.get(PART, "")
    return await answer(
        call, await show_overview(viewer_of(call), call.require_site(), address_of(call), part)
    )


async def answer_rows(call: PageCall) -> Response:
    """`GET /s/{site}/rows.csv`: answers with all rows of a drawer."""
    return await answer(call, await save_rows(viewer_of(call), call.require_site(), address_of(call)))


async def answer_realtime(call: PageCall) -> Response:
    """`GET /s/{site}/realtime`: answers with what is going on now."""
    return await answer(call, await show_realtime(viewer_of(call), call.require_site(), address_of(call)))


async def answer_notes(call: PageCall) -> Response:
    """`GET /s/{site}/notes`: answers with the notes on days."""
    return await answer(call, await show_notes(viewer_of(call), call.require_site()))


async def take_note(call: PageCall) -> Response:
    """`POST /s/{site}/notes`: adds a note to a day."""
    site, viewer = call.require_site(), viewer_of(call)
    text, day = call.form.get("text", ""), call.form.get("day", "")
    try:
        note = Annotation(
            site=site.number,
            day=parse_date("day", day),
            text=parse_text(text),
            by=call.user.name,
            made_at=call.at,
        )
        await call.services.dashboard.config.run(lambda stores: stores.annotations.add_annotation(note))
    except Refused as refused:
        problem = describe_problem(refused, call.words, "bad_value")
        return await answer(
            call, await show_notes(viewer, site, text=text[:300], day=day[:20], error=problem)
        )
    return redirect(site_path(viewer, site, "notes"))


async def delete_note(call: PageCall) -> Response:
    """`POST /s/{site}/notes/delete`: deletes a person's note."""
    site, number = call.require_site(), call.form.get("id", "")
    if number.isascii() and number.isdigit() and len(number) < 18:
        await call.services.dashboard.config.run(
            lambda stores: stores.annotations.delete_annotation(site.number, int(number))
        )
    return redirect(site_path(viewer_of(call), site, "notes"))


async def set_favourite(call: PageCall) -> Response:
    """`POST /s/{site}/favourite`: makes a site a favourite, or no longer."""
    name, number, is_on = call.user.name, call.require_site().number, bool(call.form.get("on"))
    await call.services.dashboard.config.run(
        lambda stores: stores.favourites.set_favourite(name, number, is_on=is_on)
    )
    return redirect(f"{ROOT}/")


async def set_theme(call: PageCall) -> Response:
    """`POST /theme`: keeps in the browser whether pages are light, dark, or as the system has it."""
    response = redirect(find_destination(call, call.form.get("next", "/")))
    theme = call.form.get("theme", "")
    if theme in THEMES:
        set_cookie(response, THEME, theme, is_https=call.access.is_https)
    return response


async def answer_new_site(call: PageCall) -> Response:
    """`GET /sites/new`: answers with the form for a new site."""
    return await _show_form(call, propose(call.services.sites.all()))


async def take_new_site(call: PageCall) -> Response:
    """`POST /sites/new`: adds a site, and leads to its page once this worker knows it."""
    form = read_form(call.form)

    def add(stores: ConfigStores) -> Site:
        changes = to_changes(form, call.language)
        random, name = call.services.api.random, call.user.name
        site = add_site(stores.sites, form.values["domain"], changes, at=call.at, random=random, by=name)
        actor = call.actor
        record(stores.audit, Event.SITE_ADDED, actor=actor, at=call.at, subject=site.domain, site=site.number)
        return site

    try:
        site = await call.services.dashboard.config.run(add)
    except Refused as refused:
        return await _show_form(call, _explain(call, form, refused))
    looks = KNOWN_WITHIN // _LOOK_INTERVAL
    while looks and call.services.sites.find(site.public_id) is None:
        looks -= 1
        await asyncio.sleep(_LOOK_INTERVAL.total_seconds())
    return redirect(site_path(viewer_of(call), site))


def _explain(call: PageCall, form: SiteForm, refused: Refused) -> SiteForm:
    error = refused if isinstance(refused, BadParameter) else BadParameter("domain", "value", str(refused))
    explained = with_error(form, error, "")
    word = "bad_domain" if "domain" in explained.errors else "bad_value"
    return with_error(form, error, describe_problem(refused, call.words, word))


async def _show_form(call: PageCall, form: SiteForm) -> Response:
    status = 422 if form.errors else 200
    return await answer(call, Page("new_site.html", {"form": form, "zones": list_zones()}, status))
