//! Unit tests of functions.

use serde_json::json;

use crate::formula::tests::{check, value};

const CELLS: &[&[&str]] = &[
    &["3", "x", "a"],
    &["1", "", "b"],
    &["2", "TRUE", "A"],
    &["=1/0", "5", ""],
];

#[test]
fn statistics_read_numbers_only_from_ranges_but_convert_arguments() {
    check(
        CELLS,
        &[
            ("=SUM(A1:A3)", json!(6)),
            ("=SUM(A1:B3)", json!(6)),
            ("=SUM(\"5\",1,TRUE)", json!(7)),
            ("=SUM(\"x\")", json!("#VALUE!")),
            ("=SUM(A1:A4)", json!("#DIV/0!")),
            ("=SUM(J1:J9)", json!(0)),
            ("=PRODUCT(A1:A3)", json!(6)),
            ("=AVERAGE(A1:A3)", json!(2)),
            ("=AVERAGE(C1:C3)", json!("#DIV/0!")),
            ("=MEDIAN(A1:A3)", json!(2)),
            ("=MEDIAN(1,2,3,10)", json!(2.5)),
            ("=MEDIAN(C1:C3)", json!("#NUM!")),
            ("=MIN(A1:A3)", json!(1)),
            ("=MAX(A1:A3,7)", json!(7)),
            ("=MAX(J1:J9)", json!(0)),
            ("=COUNT(A1:B3)", json!(3)),
            ("=COUNTA(A1:C4)", json!(10)),
        ],
    );
}

#[test]
fn criteria_compare_count_and_add() {
    check(
        CELLS,
        &[
            ("=COUNTIF(A1:A3,\">1\")", json!(2)),
            ("=COUNTIF(A1:A3,\"<=2\")", json!(2)),
            ("=COUNTIF(A1:A3,2)", json!(1)),
            ("=COUNTIF(A1:A3,\"2\")", json!(1)),
            ("=COUNTIF(C1:C3,\"a\")", json!(2)),
            ("=COUNTIF(C1:C3,\"=b\")", json!(1)),
            ("=COUNTIF(C1:C3,\"<>a\")", json!(1)),
            ("=SUMIF(A1:A3,\">1\")", json!(5)),
            ("=SUMIF(C1:C3,\"a\",A1:A3)", json!(5)),
            ("=SUMIF(C1:C3,\"none\",A1:A3)", json!(0)),
        ],
    );
}

#[test]
fn logic_decides_and_catches_errors() {
    check(
        CELLS,
        &[
            ("=IF(A1>1,\"yes\",1/0)", json!("yes")),
            ("=IF(FALSE,1)", json!(false)),
            ("=IF(\"true\",1,2)", json!(1)),
            ("=IF(0,1,2)", json!(2)),
            ("=IF(\"x\",1,2)", json!("#VALUE!")),
            ("=IF(A4,1,2)", json!("#DIV/0!")),
            ("=IFERROR(1/0)", json!("")),
            ("=IFERROR(1/0,\"-\")", json!("-")),
            ("=IFERROR(5,1)", json!(5)),
            ("=AND(TRUE,1,A1)", json!(true)),
            ("=AND(TRUE,0)", json!(false)),
            ("=OR(FALSE,A1=3)", json!(true)),
            ("=NOT(0)", json!(true)),
            ("=ISBLANK(B2)", json!(true)),
            ("=ISBLANK(\"\")", json!(false)),
            ("=ISNUMBER(A1)", json!(true)),
            ("=ISNUMBER(\"1\")", json!(false)),
            ("=ISTEXT(B1)", json!(true)),
            ("=ISERROR(A4)", json!(true)),
            ("=ISERROR(NA())", json!(true)),
            ("=NA()", json!("#N/A")),
            ("=TRUE()", json!(true)),
        ],
    );
}

#[test]
fn text_functions_count_from_one_and_stop_at_the_end() {
    check(
        CELLS,
        &[
            ("=LEN(\"été\")", json!(3)),
            ("=LEN(1234)", json!(4)),
            ("=UPPER(\"é\")", json!("É")),
            ("=LOWER(\"ABC\")", json!("abc")),
            ("=TRIM(\"  a   b \")", json!("a b")),
            ("=LEFT(\"abc\")", json!("a")),
            ("=LEFT(\"abc\",9)", json!("abc")),
            ("=LEFT(\"abc\",0)", json!("")),
            ("=RIGHT(\"abc\",2)", json!("bc")),
            ("=MID(\"abcdef\",2,3)", json!("bcd")),
            ("=MID(\"abc\",9,3)", json!("")),
            ("=CONCATENATE(\"a\",1,TRUE)", json!("a1TRUE")),
            ("=CONCATENATE(C1:C3)", json!("abA")),
            ("=JOIN(\", \",C1:C3,\"z\")", json!("a, b, A, z")),
            ("=VALUE(\"$1,000.50\")", json!(1000.5)),
            ("=VALUE(\"2020-01-31\")", json!(43_861)),
            ("=VALUE(\"x\")", json!("#VALUE!")),
            ("=HYPERLINK(\"https://example.com\",\"here\")", json!("here")),
            ("=HYPERLINK(\"https://example.com\")", json!("https://example.com")),
        ],
    );
}

#[test]
fn mathematics_rounds_away_from_zero_and_takes_the_sign_of_the_divisor() {
    check(
        CELLS,
        &[
            ("=ABS(-2)", json!(2)),
            ("=INT(-1.5)", json!(-2)),
            ("=MOD(10,3)", json!(1)),
            ("=MOD(-1,3)", json!(2)),
            ("=MOD(10,-3)", json!(-2)),
            ("=MOD(1,0)", json!("#DIV/0!")),
            ("=ROUND(2.5)", json!(3)),
            ("=ROUND(-2.5)", json!(-3)),
            ("=ROUND(1234,-2)", json!(1200)),
            ("=ROUND(1.25,1)", json!(1.3)),
            ("=ROUNDUP(1.01)", json!(2)),
            ("=ROUNDUP(-1.01)", json!(-2)),
            ("=ROUNDDOWN(-1.9)", json!(-1)),
            ("=TRUNC(1.29,1)", json!(1.2)),
            ("=POWER(2,10)", json!(1024)),
            ("=SQRT(16)", json!(4)),
            ("=SQRT(-1)", json!("#NUM!")),
            ("=LN(0)", json!("#NUM!")),
            ("=LN(EXP(2))", json!(2)),
            ("=INT(PI()*100)", json!(314)),
        ],
    );
}

#[test]
fn dates_carry_over_and_come_apart() {
    check(
        CELLS,
        &[
            ("=DATE(2020,1,31)", json!(43_861)),
            ("=DATE(2019,13,1)", json!(43_831)),
            ("=DATE(2020,0,1)", json!(43_800)),
            ("=DATE(2020,1,0)", json!(43_830)),
            ("=DATE(2020,2,30)", json!(43_891)),
            // The example of Google's help: years before 1900 count from 1900.
            ("=DATE(119,2,1)=DATE(2019,2,1)", json!(true)),
            ("=DATE(-1,1,1)", json!("#NUM!")),
            ("=DATE(10000,1,1)", json!("#NUM!")),
            ("=YEAR(43861)", json!(2020)),
            ("=MONTH(\"2020-01-31\")", json!(1)),
            ("=DAY(43861.99)", json!(31)),
            ("=YEAR(\"x\")", json!("#VALUE!")),
            ("=TODAY()=INT(NOW())", json!(true)),
        ],
    );
}

#[test]
fn lookups_find_a_place_or_nothing() {
    check(
        CELLS,
        &[
            ("=MATCH(\"B\",C1:C3,0)", json!(2)),
            ("=MATCH(9,A1:A3,0)", json!("#N/A")),
            ("=MATCH(1,A1:B3,0)", json!("#N/A")),
            ("=INDEX(A1:C3,2,3)", json!("b")),
            ("=INDEX(A1:A3,3)", json!(2)),
            ("=INDEX(A1:C1,3)", json!("a")),
            ("=INDEX(A1:C3,4,1)", json!("#NUM!")),
            ("=VLOOKUP(1,A1:C3,3,FALSE)", json!("b")),
            ("=VLOOKUP(9,A1:C3,3,FALSE)", json!("#N/A")),
            ("=VLOOKUP(1,A1:C3,4,FALSE)", json!("#REF!")),
            ("=ROW(C7)", json!(7)),
            ("=COLUMN(C7)", json!(3)),
            ("=ROWS(A1:C4)", json!(4)),
            ("=COLUMNS(A1:C4)", json!(3)),
        ],
    );
    // Sorted lists: the last value that is not beyond the wanted one.
    let sorted: &[&[&str]] = &[&["10", "9"], &["20", "6"], &["30", "3"]];
    check(
        sorted,
        &[
            ("=MATCH(25,A1:A3)", json!(2)),
            ("=MATCH(5,A1:A3)", json!("#N/A")),
            ("=MATCH(7,B1:B3,-1)", json!(1)),
            ("=VLOOKUP(29,A1:B3,2)", json!(6)),
            ("=VLOOKUP(99,A1:B3,2,TRUE)", json!(3)),
        ],
    );
}

#[test]
fn names_of_functions_have_no_case_and_unknown_ones_an_error() {
    check(
        CELLS,
        &[
            ("=sum(1,2)", json!(3)),
            ("=Sum (1,2)", json!(3)),
            ("=SUMX(1,2)", json!("#NAME?")),
            ("=ABS()", json!("#N/A")),
        ],
    );
    assert_eq!(value(CELLS, "=SUM(1;2)"), json!(3.0));
}
