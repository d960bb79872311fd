//! Tests of filter, facets and search.

use domain::{language::Language, period::Period};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{
    deal::{
        Deal,
        fixture::{crowded_deals, deal, due, of_assignee, of_sector},
        stage::{DealStage, LostStage},
    },
    list::filter::{DealFilter, FacetOption, FilteredDeals, NOT_GIVEN_VALUE, add_choice},
};

fn filter(query: &str) -> DealFilter {
    DealFilter::parse(query).expect("filter")
}

fn select_rows(query: &str, deals: &[Deal]) -> (Vec<u32>, FilteredDeals) {
    let texts = crate::deal::rows::search_index(deals);
    let selection = filter(query).select(deals, || &texts);
    let rows = selection.deals(deals).iter().map(|deal| deal.row).collect();
    (rows, selection)
}

fn board() -> Vec<Deal> {
    vec![
        of_sector(
            "Énergie",
            of_assignee("Zoé", due("2026-11-21", deal(2, DealStage::Prospect, "1"))),
        ),
        of_sector(
            "ENERGIE",
            of_assignee("Kate", due("2026-12-24", deal(3, DealStage::Won, "1"))),
        ),
        of_sector("", of_assignee("zoe", deal(4, DealStage::Prospect, "1"))),
        Deal {
            notes: "Rappeler après Noël".into(),
            ..of_sector("Banque", due("2027-01-15", deal(5, DealStage::Negotiation, "1")))
        },
    ]
}

#[test]
fn each_field_lets_its_choices_through() {
    for (query, rows) in [
        ("", vec![2, 3, 4, 5]),
        ("lang=en&page=3&sort=client", vec![2, 3, 4, 5]),
        ("status=prospect", vec![2, 4]),
        ("status=prospect&status=Gagn%C3%A9", vec![2, 3, 4]),
        ("statut=Prospect,won", vec![2, 3, 4]),
        ("sector=energie", vec![2, 3]),
        ("secteur=%C3%89nergie&secteur=Banque", vec![2, 3, 5]),
        ("sector=(none)", vec![4]),
        ("sector=", vec![2, 3, 4, 5]),
        ("sector=Chimie", vec![]),
        ("assignee=ZOE", vec![2, 4]),
        ("assignee=(none)&assignee=Kate", vec![3, 5]),
        ("from=2026-11-21&to=2026-12-24", vec![2, 3]),
        ("from=2026-12-25", vec![5]),
        ("q=noel", vec![5]),
        ("q=APRES+rappel", vec![5]),
        ("q=client+energie+gagne", vec![3]),
        ("q=zo%C3%A9", vec![2, 4]),
        ("q=introuvable", vec![]),
        (
            "status=prospect&assignee=zoe&sector=energie&q=client&to=2026-12-01",
            vec![2],
        ),
    ] {
        assert_eq!(select_rows(query, &board()).0, rows, "{query}");
    }
}

#[test]
fn what_a_choice_would_bring_is_counted_under_all_other_fields() {
    let (_, selection) = select_rows("status=prospect&sector=energie", &board());
    let named = |options: &[FacetOption]| -> Vec<(String, usize, bool)> {
        let lines = options.iter();
        lines
            .map(|option| {
                let name = option.name.as_deref().unwrap_or("–").to_owned();
                (name, option.count, option.is_chosen)
            })
            .collect()
    };
    assert_eq!(
        named(&selection.facets.sectors),
        [
            ("Banque".to_owned(), 0, false),
            ("Énergie".to_owned(), 1, true),
            ("–".to_owned(), 1, false)
        ]
    );
    assert_eq!(
        selection.facets.statuses,
        [
            (DealStage::Prospect, 1),
            (DealStage::Qualified, 0),
            (DealStage::Negotiation, 0),
            (DealStage::Won, 1),
            (DealStage::Lost, 0)
        ]
    );
    assert_eq!(
        named(&selection.facets.assignees),
        [
            ("Kate".to_owned(), 0, false),
            ("Zoé".to_owned(), 1, false),
            ("–".to_owned(), 0, false)
        ]
    );
    let (_, selection) = select_rows("sector=Chimie", &board());
    assert!(named(&selection.facets.sectors).contains(&("Chimie".to_owned(), 0, true)));
}

#[test]
fn deals_without_a_date_are_never_hidden_silently() {
    for (query, hidden) in [
        ("", 0),
        ("from=2026-01-01", 1),
        ("to=2026-01-01&status=prospect", 1),
        ("from=2026-01-01&status=won", 0),
        ("from=2026-01-01&q=introuvable", 0),
        ("from=2026-01-01&assignee=zoe", 1),
    ] {
        assert_eq!(select_rows(query, &board()).1.hidden_undated, hidden, "{query}");
    }
}

#[test]
fn what_is_no_filter_names_the_field_in_both_languages() {
    for (query, field, word) in [
        ("status=peut-%C3%AAtre", "status", "peut-être"),
        ("from=21/11/2026", "from", "21/11/2026"),
        ("to=2026-02-30", "to", "2026-02-30"),
        ("from=2026-03-02&to=2026-03-01", "from", "2026"),
    ] {
        let error = DealFilter::parse(query).expect_err(query);
        assert_eq!(error.field(), field);
        for language in Language::ALL {
            let told = error.message(language, LostStage::NotOffered);
            assert!(told.contains(word) && !told.contains("Perdu"), "{told}");
            let names_lost = error.message(language, LostStage::Offered).contains("Perdu");
            assert_eq!(names_lost, field == "status", "{query}");
        }
    }
    let reversed = DealFilter::parse("from=2026-03-02&to=2026-03-01").expect_err("reversed");
    assert!(
        reversed
            .message(Language::French, LostStage::Offered)
            .contains("02/03/2026")
    );
}

fn any_filter() -> impl Strategy<Value = DealFilter> {
    let choice = || select(vec!["Banque", "sante", "Énergie & co", "a=b;c", "(none)", "  "]);
    let day = || option::of((0_i32..90).prop_map(|days| crate::deal::fixture::today() + jiff::Span::new().days(days)));
    (
        vec(select(DealStage::ALL.to_vec()), 0..3),
        vec(choice(), 0..3),
        vec(choice(), 0..3),
        day(),
        day(),
        select(vec!["", "acme", "à relancer", "100 % +1&2"]),
    )
        .prop_map(|(stages, sectors, assignees, from, to, text)| {
            let mut filter = DealFilter {
                statuses: stages.into_iter().collect(),
                due: Period {
                    from: from.min(to.or(from)),
                    to: to.max(from.and(to)),
                },
                text: text.to_owned(),
                ..DealFilter::default()
            };
            sectors
                .into_iter()
                .for_each(|name| add_choice(&mut filter.sectors, name));
            assignees
                .into_iter()
                .for_each(|name| add_choice(&mut filter.assignees, name));
            filter
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_address_reads_back_as_the_filter_it_was_made_of(filter in any_filter()) {
        prop_assert_eq!(DealFilter::parse(&filter.to_query()), Ok(filter));
    }

    #[test]
    fn every_field_of_an_address_is_a_chip_that_can_be_taken_back(filter in any_filter()) {
        let query = filter.to_query();
        let fields = query.split('&').filter(|field| !field.is_empty()).count();
        let chips = filter.chips();
        prop_assert_eq!(chips.len(), fields);
        for chip in chips {
            prop_assert_eq!(chip.left.chips().len(), fields - 1);
            let taken_back = serde_urlencoded::to_string([(chip.field, &chip.value)]).expect("field");
            prop_assert!(query.split('&').any(|field| field == taken_back), "{} in {}", taken_back, query);
        }
    }

    #[test]
    fn choosing_one_choice_brings_as_many_deals_as_its_count_says(deals in crowded_deals(), filter in any_filter()) {
        let texts = crate::deal::rows::search_index(&deals);
        let count = |filter: &DealFilter| filter.select(&deals, || &texts).places.len();
        let selection = filter.select(&deals, || &texts);
        for (stage, expected) in &selection.facets.statuses {
            let only = DealFilter { statuses: [*stage].into(), ..filter.clone() };
            prop_assert_eq!(count(&only), *expected);
        }
        for option in &selection.facets.sectors {
            let mut only = DealFilter { sectors: vec![], ..filter.clone() };
            add_choice(&mut only.sectors, option.name.as_deref().unwrap_or(NOT_GIVEN_VALUE));
            prop_assert_eq!(count(&only), option.count);
        }
        let without_sector = DealFilter { sectors: vec![], ..filter.clone() };
        let sum: usize = selection.facets.sectors.iter().map(|option| option.count).sum();
        prop_assert_eq!(sum, count(&without_sector), "every deal is of one sector or of none");
        let undated = DealFilter { due: Period::default(), ..filter.clone() };
        let hidden = undated.select(&deals, || &texts).deals(&deals).into_iter().filter(|deal| deal.due.is_none()).count();
        let expected = if filter.due.is_open() { 0 } else { hidden };
        prop_assert_eq!(selection.hidden_undated, expected);
    }
}
