"""`python -m hbia_dsl` is `hbia`."""

import sys

from hbia_dsl.cli.entry import main

sys.exit(main())
