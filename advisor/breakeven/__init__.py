"""Build against buy without a plan: what each costs, and where they break even. Pure: no Django."""
