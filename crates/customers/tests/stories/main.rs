//! Stories of the customers board alone, in one binary so that they link only once.

mod board;
mod health;
mod sync;
mod world;
