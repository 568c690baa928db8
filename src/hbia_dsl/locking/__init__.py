"""What a flow is, written down as text to commit, and compared with what it has become."""
