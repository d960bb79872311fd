//! Stories of the deals board alone, in one binary so that they link only once.

mod board;
mod forms;
mod hostile_files;
mod import;
mod keys;
mod numbers;
mod reminders;
mod sales;
mod world;
