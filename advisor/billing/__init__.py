"""The file of `bill` in and its answer out; the rules are those of `optimizer.billing`. No Django here."""
