//! Tests of number formats, serial dates and typed values.

mod number_format;
mod serial_date;
mod user_entered;
