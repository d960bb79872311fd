//! Form fields: label, hint, error and suggestions, linked to their control for assistive technology.

use maud::{Markup, html};

/// Largest number of suggestions in a page, because more add weight and no help.
const MAX_SUGGESTIONS: usize = 500;

/// Value of a field and its error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormValue {
    /// Text as entered.
    pub value: String,
    /// What is wrong and what is expected; `None` if the value is valid.
    pub error: Option<String>,
}

impl FormValue {
    /// Valid value.
    pub fn valid(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: None,
        }
    }

    /// Invalid value with its error.
    pub fn refused(value: impl Into<String>, error: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: Some(error.into()),
        }
    }
}

/// Whether the field must be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Necessity {
    /// The field must be filled.
    Required,
    /// The field may stay empty.
    Optional,
}

/// One-line text field.
pub struct TextField<'a> {
    /// Name of the form parameter and id of the control.
    pub name: &'a str,
    /// Label of the field.
    pub label: &'a str,
    /// Hint below the label; empty for none.
    pub hint: &'a str,
    /// Current value.
    pub typed: &'a FormValue,
    /// Known values, offered during input.
    pub suggestions: &'a [String],
    /// Whether the field must be filled.
    pub necessity: Necessity,
    /// Maximum length in characters; `None` for a search field.
    pub longest: Option<usize>,
    /// The `autocomplete` token of the control, such as `name`, `organization` or `off`.
    pub autocomplete: &'a str,
}

/// Filter field of a list; `known` values are offered during input.
pub fn search_field((name, label): (&str, &str), value: Option<&str>, known: &[String]) -> Markup {
    let field = TextField {
        name,
        label,
        hint: "",
        typed: &FormValue::valid(value.unwrap_or_default()),
        suggestions: known,
        necessity: Necessity::Optional,
        longest: None,
        autocomplete: "off",
    };
    field.markup()
}

impl TextField<'_> {
    /// Ids of hint and error, for `aria-describedby`.
    fn described_by(&self) -> Option<String> {
        let error = self.typed.error.as_ref().map(|_| format!("{}-error", self.name));
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// Renders label, hint, error and control.
    pub fn markup(&self) -> Markup {
        let described = self.described_by();
        let list = (!self.suggestions.is_empty()).then(|| format!("{}-known", self.name));
        html! {
            div .field {
                label for=(self.name) { (self.label) }
                @if !self.hint.is_empty() { p .hint id={ (self.name) "-hint" } { (self.hint) } }
                (error_line(self.name, self.typed.error.as_deref()))
                input type="text" id=(self.name) name=(self.name) value=(self.typed.value) autocomplete=(self.autocomplete)
                    list=[list.as_deref()] required[self.necessity == Necessity::Required] maxlength=[self.longest]
                    aria-invalid=[self.typed.error.as_ref().map(|_| "true")] aria-describedby=[described];
                @if let Some(list) = &list {
                    datalist id=(list) {
                        @for known in self.suggestions.iter().take(MAX_SUGGESTIONS) { option value=(known) {} }
                    }
                }
            }
        }
    }
}

/// Error message of a control, with the id that the control refers to.
pub fn error_line(name: &str, error: Option<&str>) -> Markup {
    html! {
        @if let Some(error) = error { p .error id={ (name) "-error" } { (error) } }
    }
}

/// Date field (`YYYY-MM-DD`); browsers show their own calendar.
pub fn date_field(name: &str, label: &str, value: Option<jiff::civil::Date>) -> Markup {
    html! {
        div .field {
            label for=(name) { (label) }
            input type="date" id=(name) name=(name) value=[value];
        }
    }
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn a_refused_field_says_so_to_every_reader_and_keeps_what_was_typed() {
        let typed = FormValue::refused("<script>alert(1)</script>", "Say your name.");
        let field = TextField {
            name: "csm",
            label: "Your name",
            hint: "As the team knows you",
            typed: &typed,
            suggestions: &["Kate \"K\" O'Brien".to_owned()],
            necessity: Necessity::Required,
            longest: Some(80),
            autocomplete: "name",
        };
        let page = Html::parse_fragment(&field.markup().into_string());
        let input = page
            .select(&Selector::parse("input#csm").expect("selector"))
            .next()
            .expect("control");
        assert_eq!(input.attr("value"), Some("<script>alert(1)</script>"));
        assert_eq!(input.attr("aria-describedby"), Some("csm-error csm-hint"));
        assert_eq!(input.attr("aria-invalid"), Some("true"));
        assert_eq!(input.attr("maxlength"), Some("80"));
        let option = page
            .select(&Selector::parse("datalist#csm-known option").expect("selector"))
            .next()
            .expect("suggestion");
        assert_eq!(option.attr("value"), Some("Kate \"K\" O'Brien"));
        assert!(
            page.select(&Selector::parse("script").expect("selector"))
                .next()
                .is_none()
        );
    }
}
