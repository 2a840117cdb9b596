"""Ground floor: settings, database, clock, ids, errors, log, jobs, vault. Imports nothing above."""
