"""Pages on which a site and the installation are set up."""
