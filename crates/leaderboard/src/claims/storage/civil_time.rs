//! Civil time of spreadsheet dates, converted to instants in bulk.
//!
//! A date in the sheet is local time. A time zone lookup costs more than all other decoding of a row, so the offset is
//! cached for the whole interval between two offset changes.

use jiff::{Timestamp, tz::TimeZone};
use sheets_store::Cell;

/// Converts local times of one time zone.
pub(crate) struct CivilTimeResolver {
    zone: TimeZone,
    intervals: Vec<OffsetInterval>,
}

/// Interval with a constant offset, in milliseconds.
#[derive(Clone, Copy)]
struct OffsetInterval {
    /// Start (inclusive) and end (exclusive).
    bounds: (i64, i64),
    /// Local time minus UTC.
    offset: i64,
}

/// Milliseconds from 30 December 1899, day zero of spreadsheets, to 1970.
const DAY_ZERO: i64 = -25_569 * MILLISECONDS_A_DAY;
const MILLISECONDS_A_DAY: i64 = 86_400_000;
/// Distance to an offset change within which the zone is queried directly; no zone has skipped or repeated more than a
/// day.
const NEAR: i64 = 2 * MILLISECONDS_A_DAY;

impl CivilTimeResolver {
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            intervals: Vec::new(),
        }
    }

    /// Instant of a spreadsheet date, equal to [`Cell::instant`](sheets_store::cell::Cell::instant); `None` when the caller must use that instead.
    pub(crate) fn instant(&mut self, cell: Cell<'_>) -> Option<Timestamp> {
        let Cell::Number(serial) = cell else { return None };
        // Until the year 9000.
        if !(2.0..2_590_000.0).contains(&serial) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
        let local = DAY_ZERO + (serial * 86_400_000.0).round() as i64;
        let known = self.intervals.iter().rev().find(|interval| interval.contains(local));
        let interval = match known {
            Some(known) => *known,
            None => self.load_interval(local)?,
        };
        let (start, end) = interval.bounds;
        let instant = local - interval.offset;
        let is_clear = instant.saturating_sub(start) > NEAR && end.saturating_sub(instant) > NEAR;
        Timestamp::from_millisecond(instant).ok().filter(|_| is_clear)
    }

    /// Interval that contains an instant.
    fn load_interval(&mut self, millisecond: i64) -> Option<OffsetInterval> {
        let instant = Timestamp::from_millisecond(millisecond).ok()?;
        // `preceding` excludes its start.
        let next = Timestamp::from_millisecond(millisecond + 1).ok()?;
        let before = self.zone.preceding(next).next();
        let after = self.zone.following(instant).next();
        let interval = OffsetInterval {
            bounds: (
                before.map_or(i64::MIN, |change| change.timestamp().as_millisecond()),
                after.map_or(i64::MAX, |change| change.timestamp().as_millisecond()),
            ),
            offset: i64::from(self.zone.to_offset(instant).seconds()) * 1000,
        };
        self.intervals.push(interval);
        Some(interval)
    }
}

impl OffsetInterval {
    fn contains(&self, millisecond: i64) -> bool {
        self.bounds.0 <= millisecond && millisecond < self.bounds.1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_instant_is_the_one_that_the_cell_tells(
            zone in proptest::sample::select(vec![
                "UTC", "Europe/Paris", "America/Havana", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu",
                "Africa/Casablanca", "Pacific/Apia",
            ]),
            moments in prop::collection::vec(
                (prop_oneof![2_i32..100_000, 40_000_i32..48_000], 0_u32..86_400_000), 1..20,
            ),
        ) {
            let zone = TimeZone::get(zone).expect("bundled");
            let mut resolver = CivilTimeResolver::new(zone.clone());
            for (day, milliseconds) in moments {
                let cell = Cell::Number(f64::from(day) + f64::from(milliseconds) / 86_400_000.0);
                if let Some(instant) = resolver.instant(cell) {
                    prop_assert_eq!(cell.instant(&zone), Ok(instant));
                }
            }
        }
    }

    #[test]
    fn only_days_around_a_change_of_the_clocks_are_left_to_the_zone() {
        let zone = TimeZone::get("Europe/Paris").expect("bundled");
        let mut resolver = CivilTimeResolver::new(zone);
        // 2026: 29 March and 25 October.
        let left: Vec<i32> = (46_023..46_388)
            .filter(|day| resolver.instant(Cell::Number(f64::from(*day) + 0.5)).is_none())
            .collect();
        assert_eq!(left, [46_108, 46_109, 46_110, 46_111, 46_318, 46_319, 46_320, 46_321]);
        assert_eq!(resolver.intervals.len(), 3);
    }
}
