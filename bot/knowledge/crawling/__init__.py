"""Pages of the web -> what the index reads: which addresses may be asked, how one is fetched, which pages a site has.

Reading order: policy, fetching, sitemap, crawler.
"""

from bot.knowledge.crawling.crawler import Crawler, Known, Page
from bot.knowledge.crawling.policy import AddressPolicy, is_public

__all__ = ["AddressPolicy", "Crawler", "Known", "Page", "is_public"]
