//! The spreadsheet as tables.
