//! Texts of the reminders, for mail and Slack.

use domain::language::{Language, Noun};
use jiff::civil::Date;

use crate::reminders::{
    plan::{Reminder, ReminderDigest},
    rows::ReminderKind,
};

/// Subject of a mail: `Zoé : 2 affaires en retard, 1 affaire à échéance`.
pub fn subject(language: Language, digest: &ReminderDigest<'_>) -> String {
    let parts: Vec<String> = ReminderKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let count = reminders_of_kind(digest, kind).count();
            let deals = language.count(u64::try_from(count).unwrap_or(u64::MAX), Noun::DEAL);
            (count > 0).then(|| format!("{deals} {}", adjective(language, kind)))
        })
        .collect();
    let parts = parts.join(", ");
    match &digest.assignee {
        Some(name) => language.choose(format!("{name} : {parts}"), format!("{name}: {parts}")),
        None => language.choose(format!("Sans commercial : {parts}"), format!("Nobody’s: {parts}")),
    }
}

/// Links of one line of a message.
pub struct DealLinks {
    /// Page of the deal; `None` when the public address is not configured.
    pub page: Option<String>,
    /// Row of the deal in the spreadsheet.
    pub row: String,
}

/// Text of a mail. `link` returns the links of a deal.
pub fn mail_text(language: Language, digest: &ReminderDigest<'_>, link: impl Fn(&Reminder<'_>) -> DealLinks) -> String {
    let hello = match &digest.assignee {
        Some(name) => language.choose(format!("Bonjour {name},"), format!("Hello {name},")),
        None => language.choose("Bonjour,", "Hello,").to_owned(),
    };
    let mut text = format!("{hello}\n");
    for kind in ReminderKind::ALL {
        let mut lines = reminders_of_kind(digest, kind).peekable();
        if lines.peek().is_none() {
            continue;
        }
        text.push_str(&format!("\n{}\n", heading(language, kind)));
        for reminder in lines {
            text.push_str(&format!("- {}\n", reminder_line(language, reminder)));
            let links = link(reminder);
            if let Some(page) = links.page {
                text.push_str(&format!("  {page}\n"));
            }
            let sheet = language.choose("tableur : ", "sheet: ");
            text.push_str(&format!("  {sheet}{}\n", links.row));
        }
    }
    text.push_str(language.choose(
        "\nChaque affaire n’est rappelée qu’une fois par échéance ou par période sans changement. Mettez-la en pause pour ne plus en entendre parler d’ici là.\n",
        "\nEach deal is mentioned once for each due date and each time without a change. Pause it to hear no more of it until then.\n",
    ));
    text
}

/// Text for Slack, in its markup (<https://docs.slack.dev/messaging/formatting-message-text>).
pub fn slack_text(
    language: Language,
    digest: &ReminderDigest<'_>,
    link: impl Fn(&Reminder<'_>) -> DealLinks,
) -> String {
    let mut text = format!("*{}*\n", escape_slack(&subject(language, digest)));
    for kind in ReminderKind::ALL {
        for reminder in reminders_of_kind(digest, kind) {
            let links = link(reminder);
            let page = links.page.map(|page| {
                let label = language.choose("affaire", "deal");
                format!("<{page}|{label}> · ")
            });
            text.push_str(&format!(
                "• {} {}<{}|{}>\n",
                escape_slack(&reminder_line(language, reminder)),
                page.unwrap_or_default(),
                links.row,
                language.choose("tableur", "sheet")
            ));
        }
    }
    text
}

/// One deal: `Acme · 12 500,50 € · Qualifié · échéance 20/11/2026, en retard de 1 jour`.
pub fn reminder_line(language: Language, reminder: &Reminder<'_>) -> String {
    let deal = reminder.deal;
    let amount = language.money(deal.amount);
    let what = kind_text(language, reminder);
    format!("{} · {amount} · {} · {what}", deal.client, deal.stage)
}

fn kind_text(language: Language, reminder: &Reminder<'_>) -> String {
    let day = language.date(reminder.reason.day);
    if reminder.reason.kind == ReminderKind::Cold {
        let days = language.count(u64::from(reminder.days.unsigned_abs()), Noun::DAY);
        return language.choose(
            format!("sans changement depuis {days} ({day})"),
            format!("no change for {days} (since {day})"),
        );
    }
    let left = language.due(reminder.reason.day, today(reminder));
    language.choose(format!("échéance {day}, {left}"), format!("due {day}, {left}"))
}

/// Date of the plan that the reminder belongs to.
fn today(reminder: &Reminder<'_>) -> Date {
    let left = jiff::Span::new().days(i64::from(reminder.days));
    reminder.reason.day.saturating_sub(left)
}

/// Heading of a kind of reminder.
pub fn heading(language: Language, kind: ReminderKind) -> &'static str {
    match kind {
        ReminderKind::Overdue => language.choose("En retard", "Late"),
        ReminderKind::Due => language.choose("À échéance dans les 7 jours", "Due within 7 days"),
        ReminderKind::Cold => language.choose("Sans changement", "Without a change"),
    }
}

fn adjective(language: Language, kind: ReminderKind) -> &'static str {
    match kind {
        ReminderKind::Overdue => language.choose("en retard", "late"),
        ReminderKind::Due => language.choose("à échéance", "due soon"),
        ReminderKind::Cold => language.choose("sans changement", "without a change"),
    }
}

fn reminders_of_kind<'digest, 'a>(
    digest: &'digest ReminderDigest<'a>,
    kind: ReminderKind,
) -> impl Iterator<Item = &'digest Reminder<'a>> {
    digest
        .reminders
        .iter()
        .filter(move |reminder| reminder.reason.kind == kind)
}

/// Escapes the three characters that Slack treats as markup.
fn escape_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        deal::{
            fixture::{day, deal},
            stage::DealStage,
        },
        reminders::rows::ReminderReason,
    };

    pub(crate) fn digest(deals: &[crate::deal::Deal]) -> ReminderDigest<'_> {
        let reminder = |place: usize, kind, of: &str, days| Reminder {
            deal: &deals[place],
            reason: ReminderReason {
                deal: 2,
                kind,
                day: day(of),
            },
            days,
        };
        ReminderDigest {
            assignee: Some("Zoé".into()),
            reminders: vec![
                reminder(0, ReminderKind::Overdue, "2026-11-20", -1),
                reminder(1, ReminderKind::Due, "2026-11-28", 7),
                reminder(1, ReminderKind::Cold, "2026-11-09", 12),
            ],
        }
    }

    pub(crate) fn deals() -> [crate::deal::Deal; 2] {
        let mut second = deal(3, DealStage::Negotiation, "900");
        second.client = "A & <B>".into();
        [deal(2, DealStage::Qualified, "12500.50"), second]
    }

    #[test]
    fn the_mail_reads_as_a_person_would_write_it() {
        let deals = deals();
        let digest = digest(&deals);
        let link = |reminder: &Reminder<'_>| DealLinks {
            page: (reminder.deal.row == 2).then(|| "https://board/deals/2".to_owned()),
            row: format!("https://sheet/{}", reminder.deal.row),
        };
        assert_eq!(
            subject(Language::French, &digest),
            "Zoé : 1 affaire en retard, 1 affaire à échéance, 1 affaire sans changement"
        );
        assert_eq!(
            mail_text(Language::French, &digest, link).replace(['\u{202F}', '\u{A0}'], " "),
            "Bonjour Zoé,\n\nEn retard\n- Client 2 · 12 500,50 € · Qualifié · échéance 20/11/2026, en retard de 1 jour\n  https://board/deals/2\n  tableur : https://sheet/2\n\nÀ échéance dans les 7 jours\n- A & <B> · 900,00 € · Négociation · échéance 28/11/2026, dans 7 jours\n  tableur : https://sheet/3\n\nSans changement\n- A & <B> · 900,00 € · Négociation · sans changement depuis 12 jours (09/11/2026)\n  tableur : https://sheet/3\n\nChaque affaire n’est rappelée qu’une fois par échéance ou par période sans changement. Mettez-la en pause pour ne plus en entendre parler d’ici là.\n"
        );
        assert_eq!(
            subject(Language::English, &digest),
            "Zoé: 1 deal late, 1 deal due soon, 1 deal without a change"
        );
        let english = mail_text(Language::English, &digest, link);
        assert!(
            english
                .starts_with("Hello Zoé,\n\nLate\n- Client 2 · €12,500.50 · Qualifié · due 20 Nov 2026, 1 day late\n"),
            "{english}"
        );
        assert!(
            english.contains("no change for 12 days (since 9 Nov 2026)"),
            "{english}"
        );
    }

    #[test]
    fn slack_sees_no_mark_up_in_what_people_typed() {
        let deals = deals();
        let text = slack_text(Language::English, &digest(&deals), |_| DealLinks {
            page: Some("https://board/deals/3".to_owned()),
            row: "https://sheet/3".to_owned(),
        });
        assert!(text.starts_with("*Zoé: 1 deal late"), "{text}");
        assert!(
            text.contains(
                "• A &amp; &lt;B&gt; · €900.00 · Négociation · due 28 Nov 2026, in 7 days <https://board/deals/3|deal> · <https://sheet/3|sheet>"
            ),
            "{text}"
        );
    }
}
