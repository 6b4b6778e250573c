"""The first page of whoever is signed in."""

from starlette.responses import Response

from analytics_service.domain.principals import Action, can_see
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.dashboard.renderer import render


async def show_home(call: PageCall) -> Response:
    """`GET /`: answers with the sites that the account may see."""
    principal = call.user.principal()
    sites = [site for site in call.services.sites.all() if can_see(principal, Action.READ_FIGURES, site)]
    return render(call, "home.html", sites=sorted(sites, key=lambda site: site.domain))
