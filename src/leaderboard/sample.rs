//! A believable data set.
