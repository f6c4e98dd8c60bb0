"""Explanations of an answer: changed plans, solved again, told as rows of the result."""
