//! Storage of spreadsheets: snapshots in memory, commits to redb.

pub(crate) mod database;
pub(crate) mod repository;
pub(crate) mod row_codec;
