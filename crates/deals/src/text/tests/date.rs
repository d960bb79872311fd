//! Tests of parsing dates.

use domain::language::Language;
use jiff::civil::date;
use proptest::prelude::*;

use crate::text::date::{from_serial, parse_date};

#[test]
fn a_day_is_read_however_a_french_or_english_spreadsheet_writes_it() {
    let last = date(2026, 12, 31);
    for text in [
        "31/12/2026",
        "31/12/26",
        "31.12.2026",
        "31-12-2026",
        "31 12 2026",
        " 31/12/2026\u{a0}",
        "2026-12-31",
        "2026/12/31",
        "20261231",
        "2026-12-31T10:00:00",
        "2026-12-31T23:30:00Z",
        "2026-12-31T10:00:00.000+01:00",
        "2026-12-31 00:00:00",
        "31/12/2026 14:30",
        "31/12/2026 à 14:30",
        "31/12/2026, 2:30 PM",
        "46387",
        "46387,75",
        "46387.75",
        "31 déc. 2026",
        "31 dec 2026",
        "31 DÉCEMBRE 2026",
        "31-déc-26",
        "31-Dec-2026",
        "jeudi 31 décembre 2026",
        "Thu, 31 Dec 2026",
        "Thursday, December 31, 2026",
        "31 Dec 2026",
        "Dec 31, 2026",
        "December 31st, 2026",
        "2026-Dec-31",
        "le 31 décembre 2026",
    ] {
        assert_eq!(parse_date(text), Ok(last), "{text:?}");
    }
    for (text, day) in [
        ("1er janvier 2027", date(2027, 1, 1)),
        ("1/2/2027", date(2027, 2, 1)),
        ("03/04/2026", date(2026, 4, 3)),
        ("29/02/2028", date(2028, 2, 29)),
        ("1 févr. 27", date(2027, 2, 1)),
        ("15 août 2026", date(2026, 8, 15)),
        ("2 juil. 2026", date(2026, 7, 2)),
        ("01/01/80", date(1980, 1, 1)),
        ("01/01/79", date(2079, 1, 1)),
        ("29221", date(1980, 1, 1)),
        ("73415", date(2100, 12, 31)),
    ] {
        assert_eq!(parse_date(text), Ok(day), "{text:?}");
    }
}

#[test]
fn what_is_no_day_is_refused_with_the_reason() {
    use crate::text::date::DateProblem::Empty;
    use crate::text::date::DateProblem::ImplausibleNumber;
    use crate::text::date::DateProblem::ImplausibleYear;
    use crate::text::date::DateProblem::Incomplete;
    use crate::text::date::DateProblem::MonthFirst;
    use crate::text::date::DateProblem::NoSuchDay;
    use crate::text::date::DateProblem::Unreadable;
    let none = |day, month, year| NoSuchDay { day, month, year };
    for (text, problem) in [
        ("", Empty),
        ("  ", Empty),
        ("31/02/2026", none(31, 2, 2026)),
        ("29/02/2027", none(29, 2, 2027)),
        ("2026-02-30", none(30, 2, 2026)),
        ("31 avril 2026", none(31, 4, 2026)),
        ("0/1/2026", none(0, 1, 2026)),
        ("32/13/2026", none(32, 13, 2026)),
        ("99/99/2026", none(99, 99, 2026)),
        ("20261331", none(31, 13, 2026)),
        ("12/31/2026", MonthFirst),
        ("12/31/26", MonthFirst),
        ("31/12", Incomplete),
        ("12/2026", Incomplete),
        ("déc. 2026", Incomplete),
        ("décembre", Incomplete),
        ("31 dec", Incomplete),
        ("31/12/1926", ImplausibleYear(1926)),
        ("31/12/0202", ImplausibleYear(202)),
        ("31/12/2206", ImplausibleYear(2206)),
        ("2026", ImplausibleNumber),
        ("29220", ImplausibleNumber),
        ("73416", ImplausibleNumber),
        ("1234567", ImplausibleNumber),
        ("31/12/202", Unreadable),
        ("31/12/20266", Unreadable),
        ("demain", Unreadable),
        ("fin 2026", Unreadable),
        ("T4 2026", Unreadable),
        ("abc: 31/12/2026", Unreadable),
        ("31/12/2026 ?", Unreadable),
        ("-46387", Unreadable),
        ("31 12 2026 2027", Unreadable),
        ("#N/A", Unreadable),
    ] {
        assert_eq!(parse_date(text), Err(problem), "{text:?}");
        for language in [Language::French, Language::English] {
            assert!(!problem.text(language).is_empty());
        }
    }
}

proptest! {
    #[test]
    fn every_plausible_day_reads_back_from_each_way_to_write_it(serial in 29_221_i32..73_416) {
        let day = from_serial(f64::from(serial)).expect("plausible");
        let (year, month, number) = (day.year(), day.month(), day.day());
        for text in [
            day.to_string(),
            Language::French.date(day),
            Language::English.date(day),
            serial.to_string(),
            format!("{number:02}/{month:02}/{year}"),
            format!("{number}.{month}.{year}"),
            day.strftime("%B %d, %Y").to_string(),
            day.strftime("%A %d %b %Y").to_string(),
        ] {
            prop_assert_eq!(parse_date(&text), Ok(day), "{}", text);
        }
    }

    #[test]
    fn no_number_makes_the_reader_fall_over(serial in proptest::num::f64::ANY) {
        let _ = from_serial(serial);
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in any::<String>(), near in "[0-9/:. a-z,-]{0,14}") {
        let _ = parse_date(&text);
        let _ = parse_date(&near);
    }
}
