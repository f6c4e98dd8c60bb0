"""The relaxation over the whole catalogue: every offer is priced with the duals, few are written down."""
