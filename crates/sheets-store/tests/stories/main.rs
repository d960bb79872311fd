//! Stories of the store on tabs of its own, in one binary so that they link only once.

mod changes;
mod columns;
mod concurrent_writers;
mod counted_ids;
mod fixtures;
mod inserts;
mod large_tabs;
mod random_schedules;
mod reads;
mod repairs;
mod row_ranges;
mod setup;
mod updates;
