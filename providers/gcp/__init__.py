"""Google Cloud: prices of parts (Cloud Billing Catalog) joined to machine types; Cloud TPU per chip."""
