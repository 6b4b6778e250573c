"""`python -m tests.web.api` writes docs/openapi.json anew."""

from analytics_service.web.api.openapi import encode_document
from tests.deployment_files import ROOT

(ROOT / "docs" / "openapi.json").write_bytes(encode_document())
