//! Property tests of A1 notation.

use proptest::prelude::*;
use sheets_emulator::a1::{self, OpenArea, Rectangle};

proptest! {
    #[test]
    fn a_rectangle_written_as_a_range_reads_back_as_itself(
        top in 0u32..2_000_000, left in 0u32..18_000, height in 1u32..5000, width in 1u32..200,
    ) {
        let rectangle = Rectangle { top, left, bottom: top + height, right: left + width };
        let read = a1::area(&rectangle.to_a1()).expect("a range");
        prop_assert_eq!(read.within(u32::MAX, u32::MAX), rectangle);
        prop_assert!(read.end_row.is_some() && read.end_column.is_some());
    }

    #[test]
    fn a_title_survives_its_quotes(title in "[ -~àé🌵]{1,20}") {
        let name = a1::full_name(&title, Rectangle { top: 0, left: 0, bottom: 2, right: 2 });
        let written = a1::split(&name).expect("a range");
        prop_assert_eq!(written.sheet, Some(title));
        prop_assert_eq!(written.rest.as_deref(), Some("A1:B2"));
    }

    #[test]
    fn nothing_typed_as_a_range_makes_the_reader_panic(text in "\\PC{0,30}") {
        let _ = a1::split(&text);
        let _ = a1::area(&text);
    }
}

#[test]
fn open_and_reversed_ranges_mean_what_sheets_means() {
    let open = |text: &str| a1::area(text).expect(text);
    assert_eq!(
        open("A5:G"),
        OpenArea {
            start_row: Some(4),
            end_row: None,
            start_column: Some(0),
            end_column: Some(7)
        }
    );
    assert_eq!(
        open("2:2"),
        OpenArea {
            start_row: Some(1),
            end_row: Some(2),
            start_column: None,
            end_column: None
        }
    );
    assert_eq!(
        open("A1:1"),
        OpenArea {
            start_row: Some(0),
            end_row: Some(1),
            start_column: Some(0),
            end_column: None
        }
    );
    assert_eq!(open("D4:A1"), open("A1:D4"));
    assert_eq!(open("$B$2"), open("R2C2"));
    for wrong in ["", "A", "1", "A0", "ZZZZ1", "A1:", "A1:B2:C3", "A-1"] {
        assert_eq!(a1::area(wrong), None, "{wrong}");
    }
}

#[test]
fn a_title_is_quoted_only_where_it_could_be_misread() {
    for (title, echoed) in [
        ("Sheet1", "Sheet1"),
        ("Raw", "Raw"),
        ("D3", "'D3'"),
        ("Test x", "'Test x'"),
        ("it's", "'it''s'"),
    ] {
        assert_eq!(a1::quoted_title(title), echoed);
    }
}
