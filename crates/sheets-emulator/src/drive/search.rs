//! Method `files.list`: search query, order and pagination.
//!
//! Source: <https://developers.google.com/workspace/drive/api/guides/ref-search-terms>

use std::{cmp::Ordering, sync::Arc};

use serde_json::{Value as Json, json};

use crate::{
    drive::{errors, files, masked},
    proto::{error::ApiError, query::QueryParameters},
    storage::repository::Repository,
    workbook::Workbook,
};

/// Returns one page of matching files; latest first by default.
pub fn list(repository: &Repository, query: &QueryParameters, url: &str) -> Result<Json, ApiError> {
    let terms = terms(query.get("q").unwrap_or_default())?;
    let mut found: Vec<Arc<Workbook>> = repository.all();
    found.retain(|workbook| terms.iter().all(|term| term.holds(workbook, repository.owner())));
    found.sort_by(|left, right| left.id.cmp(&right.id));
    let order = order(query.get("orderBy").unwrap_or("modifiedTime desc"))?;
    found.sort_by(|left, right| {
        let by = order.iter().map(|(key, is_descending)| {
            let compared = key.compare(left, right);
            if *is_descending { compared.reverse() } else { compared }
        });
        by.fold(Ordering::Equal, Ordering::then)
    });
    let number = |name: &str, default: usize| match query.get(name) {
        None => Ok(default),
        Some(text) => text.parse::<usize>().map_err(|_| errors::invalid_value(name)),
    };
    let (size, start) = (number("pageSize", 100)?, number("pageToken", 0)?);
    if !(1..=1000).contains(&size) {
        return Err(errors::invalid_value("pageSize"));
    }
    let page: Vec<Json> = found
        .iter()
        .skip(start)
        .take(size)
        .map(|workbook| files::describe(repository, workbook, url))
        .collect();
    let mut message = json!({"kind": "drive#fileList", "incompleteSearch": false, "files": page});
    if start + size < found.len() {
        message["nextPageToken"] = json!((start + size).to_string());
    }
    masked(
        message,
        query,
        "kind,incompleteSearch,nextPageToken,files(kind,id,name,mimeType)",
    )
}

/// Sort key of `orderBy`.
#[derive(Clone, Copy)]
enum SortKey {
    Name,
    Created,
    Modified,
}

impl SortKey {
    fn compare(self, left: &Workbook, right: &Workbook) -> Ordering {
        match self {
            Self::Name => left.title().to_lowercase().cmp(&right.title().to_lowercase()),
            Self::Created => left.file.created.cmp(&right.file.created),
            Self::Modified => left.file.modified.cmp(&right.file.modified),
        }
    }
}

fn order(text: &str) -> Result<Vec<(SortKey, bool)>, ApiError> {
    let each = text.split(',').map(|part| {
        let mut words = part.split_whitespace();
        let key = match words.next() {
            Some("name" | "name_natural") => SortKey::Name,
            Some("createdTime") => SortKey::Created,
            Some("modifiedTime" | "modifiedByMeTime" | "viewedByMeTime" | "recency") => SortKey::Modified,
            _ => return Err(errors::invalid_value("orderBy")),
        };
        Ok((key, words.next() == Some("desc")))
    });
    each.collect()
}

/// Condition of a query, possibly negated.
struct SearchTerm {
    is_negated: bool,
    condition: SearchCondition,
}

enum SearchCondition {
    Name(String),
    NameContains(String),
    MediaType(String),
    Trashed(bool),
    Parent(String),
    Owner(String),
    Time { is_created: bool, sign: String, than: i64 },
}

impl SearchTerm {
    fn holds(&self, workbook: &Workbook, owner: &str) -> bool {
        let file = &workbook.file;
        let holds = match &self.condition {
            SearchCondition::Name(name) => workbook.title() == name,
            SearchCondition::NameContains(words) => contains(workbook.title(), words),
            SearchCondition::MediaType(name) => name == files::SPREADSHEET,
            SearchCondition::Trashed(trashed) => file.trashed == *trashed,
            SearchCondition::Parent(id) => id == "root" || id == files::ROOT,
            SearchCondition::Owner(name) => name == "me" || name == owner,
            SearchCondition::Time { is_created, sign, than } => {
                let order = if *is_created { file.created } else { file.modified }.cmp(than);
                match sign.as_str() {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    ">=" => order.is_ge(),
                    "=" => order.is_eq(),
                    _ => order.is_ne(),
                }
            }
        };
        holds != self.is_negated
    }
}

/// Whether a word of the title starts with the text, as for `name contains`.
fn contains(title: &str, words: &str) -> bool {
    let (title, words) = (title.to_lowercase(), words.to_lowercase());
    let starts_word = |at: usize| {
        title[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric())
    };
    title.match_indices(&words).any(|(at, _)| starts_word(at))
}

/// Token of a query: a word or operator, or a quoted text.
#[derive(Clone, Debug, PartialEq)]
enum QueryToken {
    Word(String),
    Text(String),
}

fn tokens(query: &str) -> Option<Vec<QueryToken>> {
    let mut list = Vec::new();
    let mut letters = query.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            letter if letter.is_whitespace() => {}
            '\'' | '"' => {
                let mut text = String::new();
                loop {
                    match letters.next()? {
                        end if end == letter => break,
                        '\\' => text.push(letters.next()?),
                        other => text.push(other),
                    }
                }
                list.push(QueryToken::Text(text));
            }
            '=' | '!' | '<' | '>' => {
                let mut sign = String::from(letter);
                sign.extend(letters.next_if_eq(&'='));
                list.push(QueryToken::Word(sign));
            }
            letter => {
                let mut word = String::from(letter);
                while let Some(more) = letters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    word.push(more);
                }
                list.push(QueryToken::Word(word));
            }
        }
    }
    Some(list)
}

/// Parses conditions joined by `and`; other forms are unsupported.
fn terms(query: &str) -> Result<Vec<SearchTerm>, ApiError> {
    let tokens = tokens(query).ok_or_else(|| errors::invalid_value("q"))?;
    let is_and = |token: &QueryToken| matches!(token, QueryToken::Word(word) if word.eq_ignore_ascii_case("and"));
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    tokens
        .split(is_and)
        .map(|part| {
            let is_not =
                |token: &QueryToken| matches!(token, QueryToken::Word(word) if word.eq_ignore_ascii_case("not"));
            let (negated, part) = match part {
                [first, rest @ ..] if is_not(first) => (true, rest),
                part => (false, part),
            };
            let (condition, unequal) =
                condition(part).ok_or_else(|| ApiError::unsupported(&format!("the Drive query {query}")))?;
            Ok(SearchTerm {
                is_negated: negated != unequal,
                condition,
            })
        })
        .collect()
}

/// Parses an RFC 3339 time as milliseconds since 1970; UTC when no offset is given.
fn parse_instant(text: &str) -> Option<i64> {
    let stamp = text.parse::<jiff::Timestamp>().ok();
    let civil = || {
        text.parse::<jiff::civil::DateTime>()
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
    };
    stamp
        .or_else(|| Some(civil()?.timestamp()))
        .map(jiff::Timestamp::as_millisecond)
}

/// Parses a condition; the flag is true when its operator negates it.
fn condition(part: &[QueryToken]) -> Option<(SearchCondition, bool)> {
    use crate::drive::search::QueryToken::Text;
    use crate::drive::search::QueryToken::Word;
    let [left, Word(sign), right] = part else { return None };
    let unequal = sign == "!=";
    let is_equality = unequal || sign == "=";
    let condition = match (left, right) {
        (Word(field), Text(text)) if field == "name" && is_equality => SearchCondition::Name(text.clone()),
        (Word(field), Text(text)) if field == "name" && sign == "contains" => {
            SearchCondition::NameContains(text.clone())
        }
        (Word(field), Text(text)) if field == "mimeType" && is_equality => SearchCondition::MediaType(text.clone()),
        (Word(field), Word(flag)) if field == "trashed" && is_equality => SearchCondition::Trashed(flag.parse().ok()?),
        (Word(field), Text(id)) if field == "parents" && sign == "in" => SearchCondition::Parent(id.clone()),
        (Text(id), Word(field)) if field == "parents" && sign == "in" => SearchCondition::Parent(id.clone()),
        (Text(name), Word(field)) if field == "owners" && sign == "in" => SearchCondition::Owner(name.clone()),
        (Word(field), Text(than)) if field == "createdTime" || field == "modifiedTime" => SearchCondition::Time {
            is_created: field == "createdTime",
            sign: sign.clone(),
            than: parse_instant(than)?,
        },
        _ => return None,
    };
    let turned = unequal && !matches!(condition, SearchCondition::Time { .. });
    Some((condition, turned))
}
