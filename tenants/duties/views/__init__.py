"""Pages of duties: targets, dossiers, the list of duties, honours."""
