//! Tests of filter, sort order and pagination.

use customer_sources::amount::Currency;

use crate::{
    customer::fixture,
    list::filter::{CustomerFilter, Pagination, SortOrder},
};

fn euros() -> Currency {
    Currency::of("EUR").expect("a code")
}

#[test]
fn an_address_is_read_and_written_back() {
    for (query, again) in [
        ("", ""),
        ("min_mrr=100&max_mrr=1%20000,50", "min_mrr=100&max_mrr=1000.5"),
        (
            "health_status=critical,At%20risk&health_status=critical",
            "health_status=critical&health_status=at_risk",
        ),
        ("health_status=unknown", "health_status=unknown"),
        (
            "q=%20ada%20&source=Stripe&assigned_am=(none)&page=7",
            "q=ada&assigned_am=%28none%29&source=stripe",
        ),
        ("min_mrr=&q=", ""),
    ] {
        let filter = CustomerFilter::parse(query).expect(query);
        assert_eq!(
            serde_urlencoded::to_string(filter.pairs()).expect("pairs"),
            again,
            "{query}"
        );
    }
}

#[test]
fn what_cannot_be_used_names_its_field_and_what_would_be_right() {
    for (query, field, told) in [
        ("min_mrr=much", "min_mrr", "Write a number"),
        ("max_mrr=-5", "max_mrr", "Write a number"),
        ("min_mrr=NaN", "min_mrr", "Write a number"),
        ("min_mrr=9&max_mrr=3", "min_mrr", "Exchange the two"),
        ("health_status=fine", "health_status", "healthy, at_risk"),
    ] {
        let error = CustomerFilter::parse(query).expect_err(query);
        assert_eq!(error.field, field);
        assert!(error.message.contains(told), "{error}");
    }
    assert!(
        SortOrder::parse("shoe size")
            .expect_err("no key")
            .message
            .contains("health_score")
    );
}

#[test]
fn every_field_leaves_out_whoever_does_not_fit() {
    let ada = fixture::customer("Ada", "90", Some("100"));
    let ben = fixture::customer("Ben", "20", None);
    for (query, lets_ada, lets_ben) in [
        ("", true, true),
        ("min_mrr=100", true, false),
        ("min_mrr=0", true, false),
        ("max_mrr=99.99", false, false),
        ("health_status=healthy", true, false),
        ("health_status=critical", false, true),
        ("q=ADA%20example", true, false),
        ("assigned_am=(none)", true, true),
        ("source=stripe", false, false),
    ] {
        let filter = CustomerFilter::parse(query).expect(query);
        let texts = crate::customer::build_search_texts([&ada, &ben]);
        let mut sieve = filter.prepare(euros(), || &texts);
        let through = [(0, &ada), (1, &ben)].map(|(index, customer)| sieve.matches(index, customer));
        assert_eq!(through, [lets_ada, lets_ben], "{query}");
    }
}

#[test]
fn what_is_unknown_comes_last_in_either_direction() {
    let poor = fixture::customer("Ada", "90", Some("100"));
    let rich = fixture::customer("Ben", "20", Some("900"));
    let unknown = fixture::customer("Cleo", "50", None);
    for (sort, names) in [
        ("mrr", ["Ada", "Ben", "Cleo"]),
        ("-mrr", ["Ben", "Ada", "Cleo"]),
        ("health_score", ["Ben", "Cleo", "Ada"]),
        ("-name", ["Cleo", "Ben", "Ada"]),
        ("-risk", ["Ben", "Ada", "Cleo"]),
        ("last_seen", ["Ada", "Ben", "Cleo"]),
    ] {
        let mut customers = [(0, &poor), (1, &rich), (2, &unknown)];
        SortOrder::parse(sort).expect(sort).sort(&mut customers, euros());
        assert_eq!(customers.map(|(_, customer)| customer.title()), names, "{sort}");
    }
}

#[test]
fn a_page_that_does_not_exist_shows_the_nearest() {
    let list: Vec<usize> = (0..250).collect();
    for (request, page, first, length) in [(0, 1, 0, 100), (1, 1, 0, 100), (3, 3, 200, 50), (99, 3, 200, 50)] {
        let paging = Pagination::of(list.len(), request);
        assert_eq!((paging.page, paging.pages), (page, 3));
        let part = paging.part(&list);
        assert_eq!((part[0], part.len()), (first, length));
    }
    assert_eq!(Pagination::of(0, 5), Pagination { page: 1, pages: 1 });
}
