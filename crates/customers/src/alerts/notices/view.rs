//! Alerts section of the customer page, with the snooze form.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    date_time,
    field::{FormValue, error_line},
    formatting::count,
};

use crate::{
    alerts::notices::answers::{AlertNoticeResponse, AlertNotices, SnoozeResponse},
    customer::Customer,
    routes::customer_address,
    ui::components::capitalize,
};

/// Number of alerts shown at once; the others are collapsed.
const OPEN_LINES: usize = 8;

/// The section.
pub(crate) fn alerts_section(notices: &AlertNotices, form: &SnoozeForm, customer: &Customer, now: &Zoned) -> Markup {
    let address = customer_address(customer.id.as_str());
    let (open, more) = notices.alerts.split_at(OPEN_LINES.min(notices.alerts.len()));
    html! {
        section #alerts aria-labelledby="told" {
            h2 #told { "What people were told" }
            @if open.is_empty() { p .hint { "Nobody was told anything about this customer yet." } }
            @else { ol .timeline { @for notice in open { (notice_line(notice, now)) } } }
            @if !more.is_empty() {
                details {
                    summary { "Earlier (" (more.len()) ")" }
                    ol .timeline { @for notice in more { (notice_line(notice, now)) } }
                }
            }
            @match &notices.snoozed {
                Some(snoozed) => (snooze_status(snoozed, &address, now)),
                None if customer.is_current() => (snooze_form(form, &address, now)),
                None => {},
            }
        }
    }
}

fn notice_line(notice: &AlertNoticeResponse, now: &Zoned) -> Markup {
    let why = notice.outcome.split_once(": ").map(|(_, why)| why);
    html! {
        li {
            span .when { @if let Some(at) = notice.at { (date_time::day_element(at, now)) } }
            div {
                p .line-head {
                    span { (capitalize(notice.title)) " " span .tag .late[notice.state == "failed"] { (notice.state) } }
                }
                @if !notice.detail.is_empty() { p .line-detail { bdi { (notice.detail) } } }
                p .line-detail { (notice.channel.word()) @if let Some(why) = why { " · " (why) } }
            }
        }
    }
}

fn snooze_status(snoozed: &SnoozeResponse, address: &str, now: &Zoned) -> Markup {
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

fn snooze_form(form: &SnoozeForm, address: &str, now: &Zoned) -> Markup {
    let (until, reason) = (&form.until, &form.reason);
    let is_open = until.error.is_some() || reason.error.is_some();
    let invalid = |form: &FormValue| form.error.is_some().then_some("true");
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

/// Values of the snooze form.
#[derive(Clone, Debug, Default)]
pub struct SnoozeForm {
    /// Last day.
    pub until: FormValue,
    /// Reason.
    pub reason: FormValue,
}
