"""What the verifier checks, rule by rule, in plain arithmetic. Shares no code with the model builder."""
