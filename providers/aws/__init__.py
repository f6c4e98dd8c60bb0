"""Amazon Web Services: price lists, spot history, reservations, Savings Plans, Capacity Blocks."""
