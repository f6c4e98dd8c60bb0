"""Price books of organisations: agreed prices instead of list prices, in every search and every plan."""
