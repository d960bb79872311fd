//! A local Google Sheets API v4 server.
