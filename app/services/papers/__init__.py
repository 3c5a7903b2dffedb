"""Papers out: what each holds, from the database, for whoever may have it. They are written in app/papers."""
