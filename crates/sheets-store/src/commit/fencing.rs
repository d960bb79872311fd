//! Fencing token: serialises the writers of a spreadsheet through a named range.
//!
//! Each write adds a named range with the number of its token and deletes the one of the token before. Google refuses
//! to add a range that exists and to delete one that does not, and a rejected call changes nothing. So a write succeeds
//! only if no other program has written since it was prepared, and a write that was given up cannot arrive late once
//! another program has taken the token. The name of the range identifies the call that took the token, which shows
//! whether a call whose response was lost was applied.

use uuid::{Builder, Uuid};

use crate::{
    google::{
        call_error::CallError,
        requests,
        wire_types::{NamedRange, SheetRequest},
    },
    schema::tab::normalize_header,
};

/// Random key of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallKey([u8; 5]);

impl CallKey {
    pub(crate) fn new() -> Self {
        let [a, b, c, d, e, ..] = Uuid::new_v4().into_bytes();
        Self([a, b, c, d, e])
    }

    fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn from_hex(text: &str) -> Option<Self> {
        let byte = |index: usize| u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok();
        let bytes = [byte(0)?, byte(1)?, byte(2)?, byte(3)?, byte(4)?];
        (text.len() == 10).then_some(Self(bytes))
    }
}

/// Last fencing token; number 0 before the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FencingToken {
    /// Beginning of the ids and names of the named ranges.
    prefix: &'static str,
    pub(crate) number: u64,
    /// Call that took it; the call before, if a token was taken without a write.
    pub(crate) key: Option<CallKey>,
    /// Ids of the existing named ranges: its own, and copies that staff made.
    ranges: Vec<String>,
}

impl FencingToken {
    fn before_the_first(prefix: &'static str) -> Self {
        Self {
            prefix,
            number: 0,
            key: None,
            ranges: Vec::new(),
        }
    }

    /// Last token among the named ranges of a spreadsheet whose names begin with `prefix`.
    pub(crate) fn latest_in(ranges: &[NamedRange], prefix: &'static str) -> Self {
        let mut last = Self::before_the_first(prefix);
        for range in ranges {
            let Some(id) = range.named_range_id.as_ref() else {
                continue;
            };
            let Some(number) = id.strip_prefix(prefix).and_then(|number| number.parse().ok()) else {
                continue;
            };
            last.ranges.push(id.clone());
            if number >= last.number {
                last.number = number;
                last.key = range.name.as_deref().and_then(key_in_name);
            }
        }
        last
    }

    /// Next token, taken by the call `key`.
    pub(crate) fn next(&self, key: CallKey) -> Self {
        Self {
            key: Some(key),
            ..self.next_without_write()
        }
    }

    /// Next token, taken without a write. The last write still has to be verified.
    pub(crate) fn next_without_write(&self) -> Self {
        let number = self.number + 1;
        Self {
            prefix: self.prefix,
            number,
            key: self.key,
            ranges: vec![format!("{}{number}", self.prefix)],
        }
    }

    /// Requests that take this token after `before`; they come first in the call. The range lies in the tab `sheet_id`.
    pub(crate) fn requests(&self, before: &Self, sheet_id: i32) -> Vec<SheetRequest> {
        let key = self.key.map(CallKey::hex).unwrap_or_default();
        let name = format!("{}{}_{key}", self.prefix, self.number);
        let deleted = before.ranges.iter();
        let deleted = deleted.map(|id| requests::delete_named_range(id));
        let added = self.ranges.iter();
        let added = added.map(|id| requests::add_named_range(id, &name, sheet_id));
        added.chain(deleted).collect()
    }

    /// Skips a token whose named range exists although the spreadsheet does not list it, which happens after staff
    /// delete the cell that it refers to (<https://github.com/burnash/gspread/issues/1530>).
    pub(crate) fn skip_to(&mut self, unlisted: u64) {
        self.number = self.number.max(unlisted);
    }

    /// Whether no token was taken between this and `other`.
    pub(crate) fn has_same_ranges(&self, other: &Self) -> bool {
        self.ranges == other.ranges && self.key == other.key
    }
}

fn key_in_name(name: &str) -> Option<CallKey> {
    name.rsplit_once('_').and_then(|(_, key)| CallKey::from_hex(key))
}

/// Bits of a line's place that encode row and column, in lines of a deleted row.
const ROW_BITS: usize = 12;
const COLUMN_BITS: usize = 7;
/// Bit that marks such a place.
const REMOVAL_BIT: usize = 1 << (ROW_BITS + COLUMN_BITS);
/// Mask of all bits of a place.
const PLACE_MASK: usize = 2 * REMOVAL_BIT - 1;

/// Target of a change, as its audit line names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineTarget<'a> {
    pub(crate) tab: &'a str,
    /// Id of the row.
    pub(crate) row: &'a str,
    /// Header of the column; empty for a whole row.
    pub(crate) header: &'a str,
}

/// Cell of a deleted row among those of its call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RemovedCellIndex {
    /// Index of the row, below 2^12.
    pub(crate) row: usize,
    /// Index of the column, below 2^7.
    pub(crate) column: usize,
}

/// Id of an audit line. It encodes the call that wrote the line, and a hash of the row and column that the call was
/// intended for. Since the server copies into the line the row and column that were hit, anyone can later tell whether
/// they are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AuditLineId(Uuid);

impl AuditLineId {
    /// Id of the line with this place (below 2^19) among those of its call.
    pub(crate) fn new(call: CallKey, place: usize, target: LineTarget<'_>) -> Self {
        let place = u32::try_from(place & PLACE_MASK).unwrap_or(0).to_be_bytes();
        let mut first = [0; 8];
        first[..5].copy_from_slice(&call.0);
        first[5] = place[1] << 4 | place[2] >> 4;
        // The upper half of this byte holds the UUID version.
        first[6] = place[2] & 0x0F;
        first[7] = place[3];
        Self::sealed(first, target)
    }

    /// Id of the line of a cell of a deleted row.
    pub(crate) fn of_removal(call: CallKey, cell: RemovedCellIndex, target: LineTarget<'_>) -> Self {
        Self::new(call, REMOVAL_BIT | cell.column << ROW_BITS | cell.row, target)
    }

    /// Whether ids can encode this many rows and columns.
    pub(crate) fn can_name(rows: usize, columns: usize) -> bool {
        rows <= 1 << ROW_BITS && columns <= 1 << COLUMN_BITS
    }

    /// Index of the deleted row among those of its call; `None` if the id does not encode it.
    pub(crate) fn removed_row(self) -> Option<usize> {
        let bytes = self.0.as_bytes();
        let place = usize::from(bytes[5]) << 12 | usize::from(bytes[6] & 0x0F) << 8 | usize::from(bytes[7]);
        (place & REMOVAL_BIT != 0).then_some(place & ((1 << ROW_BITS) - 1))
    }

    fn sealed(first: [u8; 8], target: LineTarget<'_>) -> Self {
        let LineTarget { tab, row, header } = target;
        let place = u64::from_be_bytes(first) & !0xF000;
        let name = format!("{place:016x}\n{tab}\n{row}\n{}", normalize_header(header));
        let seal = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).into_bytes();
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&first);
        bytes[8..].copy_from_slice(&seal[..8]);
        Self(Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Parses an id; `None` for a line without an encoded target: a line of a new row, or of an edit of staff.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let id = Uuid::try_parse(text).ok()?;
        (id.get_version_num() == 8).then_some(Self(id))
    }

    pub(crate) fn call(self) -> CallKey {
        let [a, b, c, d, e, ..] = self.0.into_bytes();
        CallKey([a, b, c, d, e])
    }

    /// Whether the call was intended for this row and column.
    pub(crate) fn targets(self, target: LineTarget<'_>) -> bool {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0.as_bytes()[..8]);
        Self::sealed(first, target) == self
    }
}

impl std::fmt::Display for AuditLineId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The service names the rejected request in its message: `Invalid requests[0].addNamedRange: …`.
pub(crate) fn is_fencing_conflict(error: &CallError) -> bool {
    matches!(error, CallError::Rejected { message, .. }
        if message.contains(".addNamedRange") || message.contains(".deleteNamedRange"))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn range(id: &str, name: &str) -> NamedRange {
        NamedRange {
            named_range_id: Some(id.to_owned()),
            name: Some(name.to_owned()),
            range: None,
        }
    }

    #[test]
    fn the_last_token_and_its_call_are_read_from_the_named_ranges() {
        let key = CallKey::new();
        let none = FencingToken::before_the_first("shop_fence_");
        let taken = none.next(CallKey::new()).next(key);
        let requests = taken.requests(&none, 0);
        let made = requests[0]
            .add_named_range
            .clone()
            .expect("add")
            .named_range
            .expect("range");
        let others = [
            range("7", "staff's own"),
            range("shop_fence_x", "no number"),
            range("shop_fence_1", "shop_fence_1_0"),
            range("other_fence_9", "other_fence_9_0"),
        ];
        let found = FencingToken::latest_in(&[&others[..], &[made]].concat(), "shop_fence_");
        assert_eq!((found.number, found.key), (2, Some(key)));
        assert_eq!(found.ranges, ["shop_fence_1", "shop_fence_2"]);
        assert_eq!(FencingToken::latest_in(&others[..2], "shop_fence_"), none);
    }

    #[test]
    fn the_id_of_a_line_encodes_its_target() {
        let key = CallKey::new();
        let target = |tab, row, header| LineTarget { tab, row, header };
        for place in [0, 1, 4_095, 4_096, 70_000] {
            let id = AuditLineId::new(key, place, target("books", "7", "Status "));
            let parsed = AuditLineId::parse(&id.to_string()).expect("sealed");
            assert_eq!((parsed, parsed.call()), (id, key));
            assert!(parsed.targets(target("books", "7", "status")));
            assert!(!parsed.targets(target("books", "8", "status")));
            assert!(!parsed.targets(target("books", "7", "notes")));
            assert!(!parsed.targets(target("pens", "7", "status")));
        }
        for (row, column) in [(0, 0), (4_095, 127), (17, 3), (256, 16)] {
            let cell = RemovedCellIndex { row, column };
            let id = AuditLineId::of_removal(key, cell, target("books", "7", ""));
            assert_eq!((id.removed_row(), id.call()), (Some(row), key));
            assert!(id.targets(target("books", "7", "")) && !id.targets(target("books", "8", "")));
        }
        let row_line = AuditLineId::new(key, 4_096, target("books", "7", ""));
        assert_eq!(row_line.removed_row(), None);
        assert_ne!(
            AuditLineId::new(key, 1, target("books", "7", "status")),
            AuditLineId::new(key, 2, target("books", "7", "status"))
        );
        assert_eq!(AuditLineId::parse(&Uuid::new_v4().to_string()), None);
    }
}
