//! Alerts section of the customer page, with the snooze form.

use jiff::Zoned;
use maud::{Markup, html};

use super::{
    super::{
        customer::Customer,
        notices::{NoticeAnswer, Notices, SnoozeAnswer},
    },
    address::customer_address,
    at_risk::capitalised,
    customer::SnoozeTyped,
};
use crate::page::{
    field::{Typed, error_line},
    moment,
    wording::count,
};

/// Number of alerts shown at once; the others are collapsed.
const OPEN_LINES: usize = 8;

/// The section.
pub(super) fn shown((notices, typed): (&Notices, &SnoozeTyped), customer: &Customer, now: &Zoned) -> Markup {
    let address = customer_address(customer.id.as_str());
    let (open, more) = notices.alerts.split_at(OPEN_LINES.min(notices.alerts.len()));
    html! {
        section #alerts aria-labelledby="told" {
            h2 #told { "What people were told" }
            @if open.is_empty() { p .hint { "Nobody was told anything about this customer yet." } }
            @else { ol .timeline { @for notice in open { (line(notice, now)) } } }
            @if !more.is_empty() {
                details {
                    summary { "Earlier (" (more.len()) ")" }
                    ol .timeline { @for notice in more { (line(notice, now)) } }
                }
            }
            @match &notices.snoozed {
                Some(snoozed) => (in_force(snoozed, &address, now)),
                None if customer.is_current() => (form(typed, &address, now)),
                None => {},
            }
        }
    }
}

fn line(notice: &NoticeAnswer, now: &Zoned) -> Markup {
    let why = notice.outcome.split_once(": ").map(|(_, why)| why);
    html! {
        li {
            span .when { @if let Some(at) = notice.at { (moment::day_element(at, now)) } }
            div {
                p .line-head {
                    span { (capitalised(notice.title)) " " span .tag .late[notice.state == "failed"] { (notice.state) } }
                }
                @if !notice.detail.is_empty() { p .line-detail { bdi { (notice.detail) } } }
                p .line-detail { (notice.channel.word()) @if let Some(why) = why { " · " (why) } }
            }
        }
    }
}

fn in_force(snoozed: &SnoozeAnswer, address: &str, now: &Zoned) -> Markup {
    let days = u32::try_from((snoozed.until - now.date()).get_days()).unwrap_or(0);
    html! {
        div .line-head.silence {
            p {
                "Nobody is told until " strong { (snoozed.until.strftime("%-d %B %Y")) }
                @if days > 0 { " (" (count(days, "more day", "more days")) ")" }
                @if !snoozed.reason.is_empty() { ": " bdi { (snoozed.reason) } }
                "."
            }
            form method="post" action={ (address) "/unsnooze" } { button .quiet type="submit" { "Tell again" } }
        }
    }
}

fn form(typed: &SnoozeTyped, address: &str, now: &Zoned) -> Markup {
    let (until, reason) = (&typed.until, &typed.reason);
    let is_open = until.error.is_some() || reason.error.is_some();
    let invalid = |typed: &Typed| typed.error.is_some().then_some("true");
    html! {
        details .snooze open[is_open] {
            summary { "Tell nobody until…" }
            form .claim.narrow method="post" action={ (address) "/snooze" } {
                div .field {
                    label for="until" { "Until, that day included" }
                    (error_line("until", until.error.as_deref()))
                    input #until type="date" name="until" value=(until.value) min=(now.date()) required
                        aria-invalid=[invalid(until)] aria-describedby=[invalid(until).map(|_| "until-error")];
                }
                div .field {
                    label for="silence" { "Why" }
                    p .hint #silence-hint { "The next person reads it here." }
                    (error_line("silence", reason.error.as_deref()))
                    input #silence type="text" name="reason" value=(reason.value) maxlength="300" autocomplete="off" required
                        aria-invalid=[invalid(reason)]
                        aria-describedby=(if reason.error.is_some() { "silence-error silence-hint" } else { "silence-hint" });
                }
                div .send { button .action type="submit" { "Tell nobody" } }
            }
        }
    }
}
