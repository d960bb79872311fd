//! Every test of Tallyboard that is not a table beside its rule, in one binary so that it links once.


    assert_eq!(clock.today(), jiff::civil::date(2026, 4, 1));
    let clock = tallyboard::clock::Clock::from_source(move || instant, zone);
    let instant: jiff::Timestamp = "2026-03-31T22:30:00Z".parse().expect("instant");
    let zone = jiff::tz::TimeZone::get("Europe/Paris").expect("bundled time zone");
#[test]
fn a_fixed_clock_stands_still_and_reads_the_date_in_its_own_zone() {
mod architecture;
mod browser;
mod door;
mod emulator;
mod leaderboard;
mod program;
mod store;
mod world;
}
