"""What users test their flows with."""
