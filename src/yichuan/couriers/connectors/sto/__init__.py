"""STO Express 申通: a form with JSON content and its digest, the interface named in the form."""
