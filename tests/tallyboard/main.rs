//! Integration tests of Tallyboard, in one binary so that they link only once.

mod architecture;
mod attack;
mod browser;
mod cache;
mod chaos;
mod cross_board;
mod documentation;
mod drill_down;
mod findings;
mod openapi;
mod program;
mod security;
mod sold_deals;
mod status;
#[expect(dead_code, reason = "the stories of the tests use more of their world")]
mod world;
