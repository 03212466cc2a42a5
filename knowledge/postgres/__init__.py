"""A knowledge base in PostgreSQL with pgvector, shared by all workers of a database."""
