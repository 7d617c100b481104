"""Search and its indexes: kept in step with the record, made again, tried out, and its rules."""
