"""The page on which the API can be read and tried."""

from drf_spectacular.views import SpectacularSwaggerSplitView


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI with its script in a file of its own and no inline style: the strict content policy holds here too."""

    template_name = "api/docs.html"
