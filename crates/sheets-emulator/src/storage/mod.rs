//! Storage of spreadsheets: snapshots in memory, commits to redb.

pub(crate) mod commit;
pub(crate) mod database;
pub(crate) mod disk_file;
pub(crate) mod durable;
pub(crate) mod failure;
pub mod private_files;
pub(crate) mod repository;
pub(crate) mod row_codec;
