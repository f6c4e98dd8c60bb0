"""From a source's replies to published prices: fetch, stage, gates, publish. What is doubtful waits."""
