//! Sort order and pagination of a list of deals.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    ops::Range,
};

use domain::language::{Language, sort_key};

use crate::deal::{
    Deal,
    columns::{
        AMOUNT, ASSIGNEE, CLIENT, CREATED_AT, DEALS, DUE, ID, NOTES, PROBABILITY, SECTOR, STAGE, UPDATED_AT, WEIGHTED,
    },
};

/// Deals per page.
pub const PAGE_LENGTH: usize = 100;

/// Sort column and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DealSortOrder {
    /// Column position in [`DEALS`].
    column: usize,
    direction: SortDirection,
}

/// Sort direction. Empty cells come last in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortDirection {
    /// Smallest, earliest, A first.
    Ascending,
    /// Largest, latest, Z first.
    Descending,
}

/// Error: the `sort` field names no column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” in “sort” is no column of the deals")]
pub struct UnknownSortColumn(pub String);

impl UnknownSortColumn {
    /// Message with the accepted values.
    pub fn message(&self, language: Language) -> String {
        let headers: Vec<&str> = DEALS.columns.iter().map(|column| column.header).collect();
        let headers = headers.join(", ");
        language.choose(
            format!(
                "« {} » dans « sort » n’est pas une colonne. Les colonnes sont : {headers}.",
                self.0
            ),
            format!("“{}” in “sort” is no column. The columns are {headers}.", self.0),
        )
    }
}

impl DealSortOrder {
    /// Parses a column header such as `montant_brut`, with a leading minus for descending order.
    ///
    /// # Errors
    /// [`UnknownSortColumn`] for any other text.
    pub fn parse(value: &str) -> Result<Self, UnknownSortColumn> {
        let (header, direction) = match value.trim().strip_prefix('-') {
            Some(header) => (header, SortDirection::Descending),
            None => (value.trim(), SortDirection::Ascending),
        };
        let column = DEALS.columns.iter().position(|column| column.header == header);
        let column = column.ok_or_else(|| UnknownSortColumn(value.to_owned()))?;
        Ok(Self { column, direction })
    }

    /// Query value that [`DealSortOrder::parse`] parses to this order.
    pub fn to_value(self) -> String {
        let sign = match self.direction {
            SortDirection::Ascending => "",
            SortDirection::Descending => "-",
        };
        format!("{sign}{}", self.header())
    }

    /// Header of the column.
    pub fn header(self) -> &'static str {
        DEALS.columns[self.column].header
    }

    /// Direction.
    pub fn direction(self) -> SortDirection {
        self.direction
    }

    /// Sorts `deals`; the sort is stable.
    pub fn sort<'a>(self, deals: &mut [&'a Deal]) {
        match self.column {
            ID => self.by(deals, |deal| deal.id),
            CLIENT => self.by_text(deals, |deal: &'a Deal| Some(&*deal.client)),
            STAGE => self.by(deals, |deal| Some(deal.stage)),
            AMOUNT => self.by(deals, |deal| Some(deal.amount)),
            PROBABILITY => self.by(deals, |deal| Some(deal.stage.probability())),
            WEIGHTED => self.by(deals, |deal| Some(deal.weighted())),
            SECTOR => self.by_text(deals, |deal: &'a Deal| deal.sector.as_deref()),
            DUE => self.by(deals, |deal| deal.due),
            ASSIGNEE => self.by_text(deals, |deal: &'a Deal| deal.assignee.as_deref()),
            NOTES => self.by_text(deals, |deal: &'a Deal| {
                Some(&*deal.notes).filter(|notes| !notes.is_empty())
            }),
            CREATED_AT => self.by(deals, |deal| deal.created_at),
            UPDATED_AT => self.by(deals, |deal| deal.updated_at),
            _ => {}
        }
    }

    fn by<Key: Ord>(self, deals: &mut [&Deal], key: impl Fn(&Deal) -> Option<Key>) {
        match self.direction {
            SortDirection::Ascending => deals.sort_by_cached_key(|deal| {
                let key = key(deal);
                (key.is_none(), key)
            }),
            SortDirection::Descending => deals.sort_by_cached_key(|deal| Reverse(key(deal))),
        }
    }

    /// Folded texts are cached: folding costs more than a lookup, and a large tab repeats few of them.
    fn by_text<'a>(self, deals: &mut [&'a Deal], text: impl Fn(&'a Deal) -> Option<&'a str>) {
        let spellings: HashSet<&str> = deals.iter().filter_map(|deal| text(deal)).collect();
        let mut spellings: Vec<&str> = spellings.into_iter().collect();
        spellings.sort_by_cached_key(|spelling| sort_key(spelling));
        let ranks: HashMap<&str, usize> = spellings.into_iter().zip(0..).collect();
        let mut ranked: Vec<(Option<usize>, &'a Deal)> = deals
            .iter()
            .map(|deal| (text(deal).and_then(|text| ranks.get(text).copied()), *deal))
            .collect();
        match self.direction {
            SortDirection::Ascending => ranked.sort_by_key(|(rank, _)| (rank.is_none(), *rank)),
            SortDirection::Descending => ranked.sort_by_key(|(rank, _)| Reverse(*rank)),
        }
        for (place, (_, deal)) in deals.iter_mut().zip(ranked) {
            *place = deal;
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealPagination {
    /// Page number, from 1.
    pub page: usize,
    /// Number of pages, at least 1.
    pub pages: usize,
    /// Number of deals on all pages.
    pub total: usize,
}

impl DealPagination {
    /// Page number `page` of a list of `total` deals, clamped to the existing pages.
    pub fn of(total: usize, page: usize) -> Self {
        let pages = total.div_ceil(PAGE_LENGTH).max(1);
        Self {
            page: page.clamp(1, pages),
            pages,
            total,
        }
    }

    /// Indices of its deals in the list.
    pub fn range(&self) -> Range<usize> {
        let start = (self.page - 1) * PAGE_LENGTH;
        start..(start + PAGE_LENGTH).min(self.total)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::deal::{
        fixture::{all, crowded_deals, deal, of_sector},
        stage::DealStage,
    };

    #[test]
    fn a_list_has_pages_of_a_hundred() {
        for (total, page, expected, range) in [
            (0, 1, (1, 1), 0..0),
            (100, 1, (1, 1), 0..100),
            (101, 2, (2, 2), 100..101),
            (250, 2, (2, 3), 100..200),
            (250, 9, (3, 3), 200..250),
            (250, 0, (1, 3), 0..100),
        ] {
            let found = DealPagination::of(total, page);
            assert_eq!((found.page, found.pages), expected);
            assert_eq!(found.range(), range);
        }
    }

    #[test]
    fn words_stand_without_regard_to_accents_and_what_is_empty_stands_last() {
        let deals: Vec<Deal> = ["Zoo", "", "énergie", "Eau", "Étain"]
            .into_iter()
            .zip(2..)
            .map(|(sector, row)| of_sector(sector, deal(row, DealStage::Won, "1")))
            .collect();
        for (value, expected) in [("secteur", [5, 4, 6, 2, 3]), ("-secteur", [2, 6, 4, 5, 3])] {
            let mut sorted = all(&deals);
            DealSortOrder::parse(value).expect("order").sort(&mut sorted);
            assert_eq!(sorted.iter().map(|deal| deal.row).collect::<Vec<_>>(), expected);
        }
        for value in ["prix", "", "--id"] {
            let message = DealSortOrder::parse(value).expect_err(value).message(Language::French);
            assert!(
                message.contains(&format!("« {value} »")) && message.contains("montant_brut"),
                "{message}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_column_sorts_every_deal_and_its_address_reads_back(deals in crowded_deals(), column in 0..12_usize) {
            let header = DEALS.columns[column].header;
            for value in [header.to_owned(), format!("-{header}")] {
                let order = DealSortOrder::parse(&value).expect("order");
                prop_assert_eq!(order.to_value(), value);
                let mut sorted = all(&deals);
                order.sort(&mut sorted);
                let mut rows: Vec<u32> = sorted.iter().map(|deal| deal.row).collect();
                rows.sort_unstable();
                prop_assert_eq!(rows, deals.iter().map(|deal| deal.row).collect::<Vec<_>>());
            }
        }
    }
}
