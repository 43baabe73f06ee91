"""The query language: filters, expressions, pipelines, order, projection."""
