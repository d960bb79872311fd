//! Worked examples of `docs/directives/deals.md`, checked against the rules.

use std::collections::BTreeMap;

use domain::{
    language::{Language::French, Noun},
    money::Money,
};
use jiff::{civil::Date, fmt::strtime, tz::TimeZone};
use rust_decimal::Decimal;

use crate::{
    dashboard::{
        deadlines::Deadlines,
        funnel::funnel,
        kpis::Kpis,
        sectors::sector_totals,
        stale::{BoardDay, StaleAfter, stale_deals},
    },
    deal::{
        Deal,
        fixture::{all, at, deal, today},
        snooze::DealSnoozes,
        stage::{DealStage, LostStage},
        stage_history::{SalesCycle, StageChange, StageHistory},
    },
    sales::{performance::performance_by_assignee, velocity::SalesVelocity},
    text::ratio::Ratio,
    what_if::{
        BaselineFigures, EffectBreakdown, WhatIf,
        scenario_inputs::{ScenarioInput, ScenarioInputs},
    },
};

const DIRECTIVE: &str = include_str!("../../../../../docs/directives/deals.md");

/// Cells of every row of the table with these headers.
fn table(headers: &str) -> Vec<Vec<&'static str>> {
    let mut lines = Vec::new();
    let mut within = false;
    for line in DIRECTIVE.lines() {
        let cells = line.strip_prefix("| ").and_then(|line| line.strip_suffix('|'));
        match cells {
            _ if line == headers => within = true,
            None => within = false,
            Some(cells) if within && !cells.starts_with("---") => {
                lines.push(cells.split('|').map(str::trim).collect());
            }
            Some(_) => {}
        }
    }
    lines
}

fn plain(text: &str) -> String {
    text.replace(['\u{A0}', '\u{202F}'], " ")
}

fn euros(text: &str) -> String {
    let digits = plain(text).replace([' ', '€'], "");
    digits.replace(',', ".")
}

fn day(text: &str) -> Option<Date> {
    strtime::parse("%d/%m/%Y", text).ok()?.to_date().ok()
}

/// Deals of the example, and their history.
fn example() -> (Vec<Deal>, StageHistory) {
    let headers = "| id | client | statut | montant_brut | secteur | date_echeance | assignee | created_at | updated_at | won on |";
    let lines = table(headers);
    assert_eq!(lines.len(), 5);
    let text = |text: &str| (!text.is_empty()).then(|| text.into());
    let noon = |text: &str| day(text).map(|day| at(&day.to_string()));
    let deals = lines.iter().map(|line| Deal {
        client: line[1].into(),
        sector: text(line[4]),
        due: day(line[5]),
        assignee: text(line[6]),
        created_at: noon(line[7]),
        updated_at: noon(line[8]),
        ..deal(
            line[0].parse().expect("id"),
            DealStage::parse(line[2]).expect("status"),
            &euros(line[3]),
        )
    });
    let won = lines.iter().filter_map(|line| {
        Some(StageChange {
            deal: line[0].parse().expect("id"),
            at: noon(line[9])?,
            from: Some(DealStage::Negotiation),
            to: DealStage::Won,
        })
    });
    (deals.collect(), StageHistory::of(won))
}

#[derive(Default)]
struct ComputedFigures(BTreeMap<String, String>);

impl ComputedFigures {
    fn add(&mut self, name: &str, value: String) {
        assert!(self.0.insert(name.to_owned(), plain(&value)).is_none(), "{name} twice");
    }

    fn money(&mut self, name: &str, amount: Option<Money>) {
        self.add(name, French.money(amount.expect(name)));
    }

    fn share(&mut self, name: &str, share: Option<Ratio>) {
        self.add(name, French.percent(share.expect(name).of_one()));
    }

    fn days(&mut self, name: &str, cycle: SalesCycle) {
        self.add(name, French.days(cycle.average_days.expect(name)));
    }

    fn deals(&mut self, name: &str, count: usize) {
        self.add(name, French.count(count.try_into().expect("count"), Noun::DEAL));
    }
}

fn numbers(figures: &mut ComputedFigures, deals: &[&Deal]) {
    let kpis = Kpis::of(deals, LostStage::NotOffered);
    figures.money("weighted pipeline", Some(kpis.weighted_pipeline));
    figures.money("weighted won", Some(kpis.weighted_won));
    figures.money("weighted open", Some(kpis.weighted_open));
    figures.money("average basket", kpis.average_basket);
    figures.share("conversion rate", kpis.conversion_rate);
    let lost = deal(9, DealStage::Lost, "1");
    let with_lost = [deals, &[&lost]].concat();
    let win_rate = Kpis::of(&with_lost, LostStage::Offered).win_rate;
    figures.share("won among won and lost, with one more deal lost", win_rate);
    figures.money(
        "funnel, Négociation",
        funnel(deals, LostStage::NotOffered).get(2).map(|step| step.weighted),
    );
    let sectors = sector_totals(deals, None);
    let sector = |name| {
        sectors
            .iter()
            .find(|line| line.sector.as_deref() == name)
            .expect("sector")
    };
    figures.money("sector Banque, total", Some(sector(Some("Banque")).total));
    figures.money("sector Énergie, total", Some(sector(Some("Énergie")).total));
    figures.money(
        "sector Énergie, average basket",
        Some(sector(Some("Énergie")).average_basket),
    );
    figures.money("sector not given, total", Some(sector(None).total));
}

fn actions(figures: &mut ComputedFigures, deals: &[&Deal]) {
    for deal in &deals[..3] {
        let due = deal.due.expect("due");
        figures.add(&format!("deal {}, due", deal.row), French.due(due, today()));
    }
    let deadlines = Deadlines::of(deals, today());
    figures.deals("overdue deals", deadlines.overdue.len());
    figures.deals("upcoming deals", deadlines.upcoming.len());
    let day = BoardDay {
        today: today(),
        zone: TimeZone::UTC,
    };
    figures.deals(
        "cold deals",
        stale_deals(deals, &StaleAfter::default(), &DealSnoozes::default(), &day)
            .cold
            .len(),
    );
}

fn sales(figures: &mut ComputedFigures, deals: &[&Deal], history: &StageHistory) {
    let lines = performance_by_assignee(deals, &[], history);
    let person = |name| {
        &lines
            .iter()
            .find(|line| line.assignee.as_deref() == Some(name))
            .expect("person")
            .now
    };
    let zoe = person("Zoé");
    figures.money("Zoé, amount", Some(zoe.amount));
    figures.money("Zoé, weighted", Some(zoe.weighted));
    figures.share("Zoé, conversion", zoe.conversion_rate);
    figures.money("Zoé, average basket", zoe.average_basket);
    figures.days("Zoé, cycle", zoe.cycle);
    figures.days("Kate, cycle", person("Kate").cycle);
    let velocity = SalesVelocity::of(deals, history);
    figures.days("cycle", velocity.cycle);
    figures.money("velocity, a day", velocity.euros_a_day);
}

fn what_ifs(figures: &mut ComputedFigures, deals: &[&Deal], history: &StageHistory) {
    let today = BaselineFigures::of(deals, history);
    let answer = |query| WhatIf::of(&today, ScenarioInputs::parse(query).expect("levers"));
    figures.money(
        "velocity with `basket=10`",
        answer("basket=10").velocity.map(|split| split.then),
    );
    let revenue = answer("basket=10&conversion=50").expected_revenue.expect("revenue");
    figures.money("expected revenue today", Some(revenue.today));
    figures.money("expected revenue with `basket=10&conversion=50`", Some(revenue.then));
    let effect = |split: &EffectBreakdown, lever| {
        split
            .effects
            .iter()
            .find(|line| line.lever == lever)
            .map(|line| line.effect)
    };
    figures.money(
        "of its difference, `conversion`",
        effect(&revenue, ScenarioInput::Conversion),
    );
    figures.money("of its difference, `basket`", effect(&revenue, ScenarioInput::Basket));
    let pipeline = answer("negotiation=10").weighted_pipeline;
    figures.money("weighted pipeline with `negotiation=10`", Some(pipeline.then));
}

#[test]
fn every_worked_example_comes_out_as_it_is_written() {
    let (deals, history) = example();
    let deals = all(&deals);
    let mut figures = ComputedFigures::default();
    numbers(&mut figures, &deals);
    actions(&mut figures, &deals);
    sales(&mut figures, &deals, &history);
    what_ifs(&mut figures, &deals, &history);
    let written: BTreeMap<String, String> = table("| figure | worked out | value |")
        .into_iter()
        .map(|line| (line[0].to_owned(), line[2].to_owned()))
        .collect();
    assert_eq!(written, figures.0);
}

#[test]
fn the_probabilities_are_those_of_the_table() {
    let written: Vec<(Option<DealStage>, String)> = table("| statut | probability |")
        .into_iter()
        .map(|line| (DealStage::parse(line[0]), line[1].to_owned()))
        .collect();
    let percent = |probability: Decimal| plain(&French.percent(probability));
    assert_eq!(
        written,
        DealStage::ALL.map(|stage| (Some(stage), percent(stage.probability())))
    );
}
