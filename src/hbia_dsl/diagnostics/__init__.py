"""What a problem looks like: values, places, near misses, plain text."""
