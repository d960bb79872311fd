//! CSV reader for churn examples.

use crate::health::churn::examples::ExampleTable;

/// Reads UTF-8 text with a header line. The separator (comma, semicolon or tab) is the most frequent one in the first
/// line. With semicolons, a comma may be the decimal separator.
///
/// # Errors
/// A message that names the line or column and the expected value.
pub fn read_csv(bytes: &[u8], label: &str) -> Result<ExampleTable, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    #[expect(clippy::naive_bytecount, reason = "one line of one file")]
    let count = |separator: &u8| first.iter().filter(|byte| *byte == separator).count();
    let separator = *[b',', b';', b'\t']
        .iter()
        .rev()
        .max_by_key(|separator| count(separator))
        .unwrap_or(&b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(bytes);
    let unreadable = |error: csv::Error| format!("The file cannot be read as CSV: {error}.");
    let headers: Vec<String> = reader
        .headers()
        .map_err(unreadable)?
        .iter()
        .map(str::to_owned)
        .collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        rows.push(record.iter().map(|cell| with_decimal_point(cell, separator)).collect());
    }
    if rows.is_empty() {
        return Err("The file has no line below its headers.".to_owned());
    }
    ExampleTable::of_text(&headers, &rows, label)
}

/// A cell with its decimal comma replaced by a point, if that makes it a number; otherwise unchanged.
fn with_decimal_point(cell: &str, separator: u8) -> String {
    let with_point = cell.replacen(',', ".", 1);
    let is_number = separator == b';' && with_point.trim().parse::<f64>().is_ok();
    if is_number { with_point } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::churn::examples::ColumnValues;

    #[test]
    fn files_of_several_countries_are_read_alike() {
        let files = [
            "\u{feff}months,spent,churn\n1,2.5,yes\n3,4.5,no\n",
            "months;spent;churn\r\n1;2,5;yes\r\n3;4,5;no\r\n",
            "months\tspent\tchurn\n1\t2.5\tYes\n3\t4.5\tNo",
        ];
        for file in files {
            let table = read_csv(file.as_bytes(), "churn").expect("a table");
            let values: Vec<&ColumnValues> = table.columns.iter().map(|column| &column.values).collect();
            assert_eq!(values[1], &ColumnValues::Numbers(vec![Some(2.5), Some(4.5)]), "{file}");
            assert_eq!(table.labels, [true, false]);
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for (file, told) in [
            ("", "no line"),
            ("a,churn\n", "no line"),
            ("a,b\n1,2\n", "no column “churn”"),
        ] {
            let error = read_csv(file.as_bytes(), "churn").expect_err("refused");
            assert!(error.contains(told), "{error}");
        }
        assert!(read_csv(b"a,churn\n\xff,1\n", "churn").is_err());
    }
}
