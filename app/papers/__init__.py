"""Reads and writes papers in the forms of the notice: .xlsx and .docx for WPS and Excel; no database, no Flask."""
