"""What the shop's documents say: documents -> passages -> index -> search -> the words that answer.

Reading order: documents, sentences, passages, terms, embedding, crawling, sites, indexing, schedule, scoring, answerable, memory,
nearest, search, units, kinds, remembering, extract.
"""

from bot.knowledge.embedding import Embedder, embedded
from bot.knowledge.extract import Extract, Quote
from bot.knowledge.indexing import Indexer, IndexReport
from bot.knowledge.search import Found, Knowledge, Passage

__all__ = ["Embedder", "Extract", "Found", "IndexReport", "Indexer", "Knowledge", "Passage", "Quote", "embedded"]
