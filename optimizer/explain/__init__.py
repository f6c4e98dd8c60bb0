"""Why an answer is as it is, found by solving again: every figure with its own proof."""
