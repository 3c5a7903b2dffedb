"""Papers in the forms of the notice, read and written: .xlsx and .docx for WPS and Excel; no database, no Flask."""
