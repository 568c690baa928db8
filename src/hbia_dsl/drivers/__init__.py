"""Where and how a vertex runs: serial, threads, asyncio, trio, simulated."""
