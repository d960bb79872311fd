//! Receipt: what one submission changed on the board.

pub(crate) mod outcome;
pub(crate) mod page;
#[cfg(test)]
mod tests;
pub(crate) mod view;
