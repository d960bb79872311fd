//! Additional options for the drop-down of a column, added by a setting.

use crate::{
    Store,
    google::{call_error::CallError, wire_types::DataValidationRule},
    schema::{
        header_requests::drop_down,
        tab::{ColumnLayout, Tab, column_letters, quoted_title},
    },
};

/// Option of a drop-down.
#[derive(Clone, Copy, Debug)]
pub struct DropDownChoice {
    /// Tab of the column.
    pub tab: &'static Tab,
    /// Index of the column.
    pub column: usize,
    /// Option text.
    pub word: &'static str,
}

impl Store {
    /// Adds the option to the drop-down if there is one without it, and returns whether it did. Options that staff
    /// added stay, and a drop-down that staff removed is not created again.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn add_drop_down_choice(&self, choice: DropDownChoice) -> Result<bool, CallError> {
        let title = quoted_title(choice.tab.title);
        let header = self.spreadsheet.values(&[format!("{title}!1:1")]).await?;
        let header = header.into_iter().next().and_then(|range| range.values);
        let header = header.unwrap_or_default().into_iter().next().unwrap_or_default();
        // A missing header is reported by the setup already.
        let Ok(layout) = ColumnLayout::find(choice.tab, &header) else {
            return Ok(false);
        };
        let position = layout.position(choice.column);
        let column = column_letters(position);
        let rule = self.spreadsheet.validation(&format!("{title}!{column}2")).await?;
        let mut words = rule.map(listed_words).unwrap_or_default();
        if words.is_empty() || words.iter().any(|word| word == choice.word) {
            return Ok(false);
        }
        words.push(choice.word.to_owned());
        let tabs = self.spreadsheet.tabs().await?;
        let Some(tab) = tabs.iter().find(|tab| tab.title == choice.tab.title) else {
            return Ok(false);
        };
        self.spreadsheet
            .apply(&[drop_down(tab.sheet_id, position, words)])
            .await?;
        Ok(true)
    }
}

/// Options of a list rule; empty for any other rule.
fn listed_words(rule: DataValidationRule) -> Vec<String> {
    let condition = rule.condition.unwrap_or_default();
    if condition.type_.as_deref() != Some("ONE_OF_LIST") {
        return Vec::new();
    }
    let values = condition.values.unwrap_or_default().into_iter();
    values.filter_map(|value| value.user_entered_value).collect()
}
