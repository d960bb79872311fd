//! What-if page: scenario inputs, resulting figures, and the effect of each input.

use domain::{
    language::{Language, UNKNOWN_VALUE},
    money::Money,
};
use maud::{Markup, html};
use rust_decimal::Decimal;
use web::page::{
    Frame, Page,
    field::error_line,
    notice::notice,
    table::{cell, number, row, table, text},
};

use crate::{
    assets,
    list::filter::DealFilter,
    routes::WHAT_IF,
    sales::figures,
    what_if::{
        EffectBreakdown, QuantityChange, ScenarioQuantity, WhatIf,
        scenario_inputs::{MAX_PERCENT, MIN_PERCENT, ScenarioInput, ScenarioInputError},
    },
};

/// What-if page.
pub struct WhatIfPage<'a> {
    /// Language of the page.
    pub language: Language,
    /// Filter.
    pub filter: &'a DealFilter,
    /// Query string, with the inputs as typed.
    pub query: &'a str,
    /// Errors of the inputs.
    pub errors: &'a [ScenarioInputError],
    /// Number of deals that match the filter.
    pub deals: usize,
    /// Results; `None` when an input is invalid.
    pub answer: Option<&'a WhatIf>,
    /// Reasons why a figure is unknown, as sentences.
    pub gaps: &'a [String],
}

impl WhatIfPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame, address: &str) -> String {
        let title = self.language.choose("Et si…", "What if…");
        let main = html! {
            h1 { (title) }
            p .lead {
                (self.language.choose(
                    "Bougez un levier et voyez ce que vos chiffres deviendraient. Rien n’est enregistré.",
                    "Move a lever and see what would become of your figures. Nothing is stored.",
                ))
            }
            (figures::filter_line(self.language, self.filter, WHAT_IF))
            div .simulation {
                (self.form())
                div .outcome data-outcome aria-live="polite" { (self.outcome()) }
            }
        };
        frame.document(Page {
            title,
            address,
            scripts: &[&assets::WHAT_IF_SCRIPT],
            main,
        })
    }

    fn form(&self) -> Markup {
        html! {
            form .levers .panel method="get" action=(WHAT_IF) data-what-if {
                (figures::hidden_filter_fields(self.filter))
                h2 { (self.language.choose("Leviers", "Levers")) }
                p .hint {
                    (self.language.choose("En plus ou en moins, en pour cent d’aujourd’hui.", "More or less, in percent of today."))
                }
                @for lever in ScenarioInput::ALL { (self.lever(lever)) }
                p .ways {
                    button .action type="submit" { (self.language.choose("Calculer", "Work it out")) }
                    a .quiet href=(figures::address_with_filter(WHAT_IF, self.filter, "")) data-reset {
                        (self.language.choose("Tout remettre à 0", "Set all to 0"))
                    }
                }
            }
        }
    }

    fn lever(&self, lever: ScenarioInput) -> Markup {
        let (name, label) = (lever.field(), lever.name(self.language));
        let error = self.errors.iter().find(|error| error.lever == lever);
        let error = error.map(|error| error.message(self.language));
        let typed = self.typed(lever);
        let moved = self
            .answer
            .and_then(|answer| answer.moved.iter().find(|moved| moved.lever == lever));
        let described = if error.is_some() {
            format!("{name}-error")
        } else {
            format!("{name}-now")
        };
        let by_slider = self
            .language
            .choose(format!("{label}, curseur"), format!("{label}, slider"));
        html! {
            div .lever {
                label for=(name) { (label) }
                input type="range" min=(MIN_PERCENT) max=(MAX_PERCENT) step="1" value=(slider_position(&typed)) data-slider=(name)
                    aria-label=(by_slider) autocomplete="off" hidden;
                span .percentage {
                    input type="text" id=(name) name=(name) value=(typed) inputmode="text" autocomplete="off" maxlength="12"
                        placeholder="0" aria-invalid=[error.as_ref().map(|_| "true")] aria-describedby=(described);
                    span aria-hidden="true" { "%" }
                }
                (error_line(name, error.as_deref()))
                @if let Some(moved) = moved { p .hint id={ (name) "-now" } data-now=(name) { (self.now_and_then(*moved)) } }
            }
        }
    }

    /// Value of an input as typed in the query.
    fn typed(&self, lever: ScenarioInput) -> String {
        let fields: Vec<(String, String)> = serde_urlencoded::from_str(self.query).unwrap_or_default();
        let typed = fields.into_iter().rev().find(|(name, _)| name == lever.field());
        typed.map_or_else(String::new, |(_, value)| value)
    }

    fn now_and_then(&self, moved: QuantityChange) -> Markup {
        let quantity = |quantity| quantity_text(self.language, quantity);
        html! {
            (quantity(moved.today))
            @if moved.then != moved.today { " → " strong { (quantity(moved.then)) } }
        }
    }

    fn outcome(&self) -> Markup {
        let Some(answer) = self.answer else {
            return html! {
                p .nothing { (self.language.choose("Corrigez le levier signalé pour voir le résultat.", "Mend the lever that is marked to see the result.")) }
            };
        };
        let language = self.language;
        html! {
            @if self.deals == 0 { p .nothing { (language.choose("Aucune affaire : rien à simuler.", "No deals, nothing to work with.")) } }
            @if !answer.capped.is_empty() {
                (notice(&html! { p {
                    (language.choose("Une part ne dépasse pas 100 % : ", "A share stops at 100%: "))
                    (answer.capped.iter().map(|lever| lever.name(language)).collect::<Vec<_>>().join(", ")) "."
                } }))
            }
            (self.split(
                language.choose("Vélocité, par jour", "Velocity, a day"),
                language.choose("affaires × panier moyen × taux de conversion ÷ durée du cycle", "deals × average basket × conversion rate ÷ cycle length"),
                answer.velocity.as_ref(),
            ))
            (self.split(
                language.choose("Chiffre d’affaires attendu", "Expected revenue"),
                language.choose("affaires × panier moyen × taux de conversion", "deals × average basket × conversion rate"),
                answer.expected_revenue.as_ref(),
            ))
            (self.split(
                language.choose("Pipeline pondéré", "Weighted pipeline"),
                language.choose("somme des montants × probabilité du statut", "sum of amount × probability of the status"),
                Some(&answer.weighted_pipeline),
            ))
        }
    }

    fn split(&self, name: &str, formula: &str, split: Option<&EffectBreakdown>) -> Markup {
        let language = self.language;
        html! {
            section .split {
                h2 { (name) }
                p .hint { (formula) }
                @match split {
                    None => {
                        p .unknown { "–" }
                        @for gap in self.gaps { p .hint { (gap) } }
                    }
                    Some(split) => {
                        dl .facts {
                            div { dt { (language.choose("Aujourd’hui", "Today")) } dd { (language.money(split.today)) } }
                            div { dt { (language.choose("Avec ces leviers", "With these levers")) } dd .then { (language.money(split.then)) } }
                            div { dt { (language.choose("Différence", "Difference")) } dd { (figures::signed_money(language, split.difference)) } }
                        }
                        @if !split.effects.is_empty() { (self.effects(name, split)) }
                    }
                }
            }
        }
    }

    fn effects(&self, name: &str, split: &EffectBreakdown) -> Markup {
        let language = self.language;
        let longest = split.effects.first().map(|line| line.effect).unwrap_or_default();
        let rows: Vec<Markup> = (1..)
            .zip(split.effects.iter().filter(|line| line.effect != Money::ZERO))
            .map(|(rank, line)| {
                row(
                    1,
                    &[
                        cell("rank", html! { (rank) }),
                        cell("name", html! { (line.lever.name(language)) }),
                        cell("number", html! { (figures::signed_money(language, line.effect)) }),
                        cell("stroke", figures::money_bar(line.effect, longest)),
                    ],
                )
            })
            .collect();
        let columns = [
            number(language.choose("Rang", "Rank")),
            text(language.choose("Levier", "Lever")),
            number(language.choose("Effet", "Effect")),
            text(language.choose("Ampleur", "Size")),
        ];
        let caption = language.choose(
            format!("{name} : effet de chaque levier"),
            format!("{name}: effect of each lever"),
        );
        html! { div .effects { (table(&caption, &columns, &rows)) } }
    }
}

/// Slider position for a typed value: a whole number, or 0 for values the slider cannot represent.
fn slider_position(typed: &str) -> Decimal {
    let plain = typed.trim().replace(',', ".");
    plain
        .trim_end_matches('%')
        .trim()
        .parse::<Decimal>()
        .unwrap_or_default()
        .round()
}

/// Figure changed by a scenario input.
pub fn quantity_text(language: Language, quantity: Option<ScenarioQuantity>) -> String {
    match quantity {
        None => UNKNOWN_VALUE.to_owned(),
        Some(ScenarioQuantity::Money(amount)) => language.money(amount),
        Some(ScenarioQuantity::Share(part)) => language.percent(part.of_one()),
        Some(ScenarioQuantity::Days(length)) => language.days(length),
        Some(ScenarioQuantity::Count(count)) => language.number(count, u32::from(!count.round_dp(1).fract().is_zero())),
    }
}
