"""KDNiao's wire protocol, served by us: a mall changes one host name."""
