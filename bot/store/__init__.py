"""Every question that we ask the database: each method is one transaction, takes and returns values, and never a row."""
