//! Stories of the leaderboard board alone, in one binary so that they link only once.

mod added_rows;
mod board;
mod contests;
mod corrections;
mod live;
mod names;
mod world;
