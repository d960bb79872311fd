//! Pages of long lists in JSON. The whole of a list is what CSV and Excel files are for.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

/// Page of a list: `page` in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPage {
    /// Number of the page, 1 for the first.
    number: usize,
    /// Entries of a page.
    length: usize,
}

/// A list of which the response holds one page only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CutList {
    /// Name of the list in the response.
    pub list: &'static str,
    /// Number of entries on all pages.
    pub total: usize,
    /// Address of the next page; `null` on the last one.
    pub next: Option<String>,
}

impl ListPage {
    /// Page `number` of lists with `length` entries on a page. Anything that is no page number is the first page.
    pub fn new(number: Option<&str>, length: usize) -> Self {
        let number = number.and_then(|number| number.trim().parse().ok()).unwrap_or(1);
        Self {
            number: number.max(1),
            length,
        }
    }

    /// Number of the page, 1 for the first.
    pub fn number(self) -> usize {
        self.number
    }

    /// Number of pages of a list of `total` entries, at least 1.
    pub fn pages(self, total: usize) -> usize {
        total.div_ceil(self.length).max(1)
    }

    /// Positions of the entries on this page in a list of `total` entries; empty beyond the last page.
    pub fn range(self, total: usize) -> Range<usize> {
        let start = (self.number - 1).saturating_mul(self.length).min(total);
        start..start.saturating_add(self.length).min(total)
    }

    /// The entries of `list` on this page.
    pub fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.range(list.len())]
    }

    /// Says that a list of `total` entries is cut; `None` if one page holds it. `address` is path and query of the
    /// request.
    pub fn cut(self, list: &'static str, total: usize, address: &str) -> Option<CutList> {
        let has_next = self.number < self.pages(total);
        (total > self.length).then(|| CutList {
            list,
            total,
            next: has_next.then(|| self.next_address(address)),
        })
    }

    fn next_address(self, address: &str) -> String {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        pairs.retain(|(name, _)| name != "page");
        pairs.push(("page".to_owned(), (self.number + 1).to_string()));
        let query = serde_urlencoded::to_string(&pairs).unwrap_or_default();
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_list_follow_each_other_to_its_end() {
        let list: Vec<usize> = (0..25).collect();
        let mut address = "/leaderboard/claims?csm=Zo%C3%A9+K&page=1&format=json".to_owned();
        let mut seen = Vec::new();
        for number in ["1", "2", "3"] {
            let page = ListPage::new(Some(number), 10);
            seen.extend_from_slice(page.of(&list));
            let cut = page.cut("claims", list.len(), &address).expect("cut");
            assert_eq!((cut.list, cut.total), ("claims", 25));
            let Some(next) = cut.next else {
                assert_eq!(number, "3");
                break;
            };
            let following = page.number() + 1;
            assert_eq!(
                next,
                format!("/leaderboard/claims?csm=Zo%C3%A9+K&format=json&page={following}")
            );
            address = next;
        }
        assert_eq!(seen, list);
        assert_eq!(ListPage::new(None, 25).cut("claims", 25, "/"), None);
    }

    #[test]
    fn any_text_is_a_page_and_none_is_beyond_the_list() {
        let list = [1, 2, 3];
        for (text, entries) in [
            ("", &list[..2]),
            ("0", &list[..2]),
            ("-1", &list[..2]),
            ("x", &list[..2]),
            ("2", &list[2..]),
            ("3", &[]),
            ("18446744073709551615", &[]),
            ("99999999999999999999999", &list[..2]),
        ] {
            assert_eq!(ListPage::new(Some(text), 2).of(&list), entries, "{text}");
        }
    }
}
