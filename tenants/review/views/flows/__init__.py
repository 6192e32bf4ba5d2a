"""Pages by which a unit gives itself its own chain: flows, one flow's editor, committees, checklists."""

from tenants.review.views.flows.aids import checklist, checklists, committees
from tenants.review.views.flows.editor import flow
from tenants.review.views.flows.listing import flows
from tenants.review.views.flows.reading import compare, export

__all__ = ["checklist", "checklists", "committees", "compare", "export", "flow", "flows"]
