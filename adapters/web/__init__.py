"""The web page as a platform: one writes as a customer, and sees the answer arrive with its sources."""

from adapters.web.connection import WebPlatform

__all__ = ["WebPlatform"]
