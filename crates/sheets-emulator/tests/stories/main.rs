//! Stories of the Sheets emulator over HTTP, in one binary so that they link only once.

mod batches;
mod behaviour;
mod clients;
mod concurrency;
mod contract;
mod creation;
mod disk;
mod drive;
mod durability;
mod faults;
mod grid;
mod metadata;
mod tokens;
mod world;
