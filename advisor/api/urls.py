"""The API's routes, under /api/v1/."""

from ninja import NinjaAPI

api = NinjaAPI(title="Quartermaster", version="1", urls_namespace="api")
