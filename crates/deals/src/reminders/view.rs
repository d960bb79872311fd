//! Reminders page: pending messages, suppressed reminders and history.

use domain::language::Language;
use jiff::{civil::Time, tz::TimeZone};
use maud::{Markup, html};
use web::{
    delivery::Channel,
    page::{
        Frame, Page,
        notice::notice,
        table::{cell, row, table, text},
    },
};

use crate::{
    reminders::{
        message::{ChannelMessages, ReminderMessage},
        report::SuppressedReminder,
        rows::{DealAlert, DeliveryOutcome, ReminderKind},
        texts::{heading, reminder_line},
    },
    routes::REMINDERS,
};

/// Reminders page.
pub struct RemindersPage<'a> {
    /// Language of the page.
    pub language: Language,
    /// Configured channels.
    pub configured: &'a [Channel],
    /// Time of the daily run.
    pub at: Time,
    /// Whether the page has a send button.
    pub may_send: bool,
    /// Pending messages by channel.
    pub mail: &'a [(Channel, ChannelMessages<'a>)],
    /// Reminders sent, failed or suppressed, newest first.
    pub history: &'a [&'a DealAlert],
    /// Link to the history in the spreadsheet.
    pub history_link: String,
    /// Time zone in which times are displayed.
    pub zone: &'a TimeZone,
}

impl RemindersPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame, address: &str) -> String {
        let title = self.language.choose("Rappels", "Reminders");
        let main = html! {
            h1 { (title) }
            (self.introduction())
            @for (channel, mail) in self.mail { (self.next(*channel, mail)) }
            (self.past())
        };
        frame.document(Page {
            title,
            address,
            scripts: &[],
            main,
        })
    }

    fn introduction(&self) -> Markup {
        let language = self.language;
        let at = self.at.strftime("%H:%M").to_string();
        html! {
            p .lead {
                (language.choose(
                    "Un message par commercial : affaires à échéance dans les 7 jours, en retard, ou sans changement. Jamais deux fois pour la même raison.",
                    "One message for each assignee: deals due within 7 days, late, or without a change. Never twice for the same reason.",
                ))
            }
            @if self.configured.is_empty() {
                (notice(&html! { p {
                    (language.choose(
                        "Rien n’est envoyé : ni SMTP_URL ni SLACK_WEBHOOK_URL n’est réglé. Voici ce qui partirait.",
                        "Nothing is sent: neither SMTP_URL nor SLACK_WEBHOOK_URL is set. This is what would go out.",
                    ))
                } }))
            } @else {
                p { (language.choose(format!("Envoi chaque jour à partir de {at}."), format!("Sent every day from {at} on."))) }
            }
            @if self.may_send {
                form method="post" action=(REMINDERS) .ways {
                    button .action type="submit" { (language.choose("Envoyer maintenant", "Send now")) }
                }
            }
        }
    }

    fn next(&self, channel: Channel, mail: &ChannelMessages<'_>) -> Markup {
        let language = self.language;
        let id = format!("next-{}", channel.word());
        let unknown_age_count = mail.suppressed.iter().filter(|silent| silent.because != "told before");
        let unknown_age_count: Vec<&SuppressedReminder> = unknown_age_count.collect();
        html! {
            section aria-labelledby=(id) {
                h2 id=(id) { (language.choose("Prochain envoi : ", "Next: ")) (channel_name(language, channel)) }
                @if mail.letters.is_empty() {
                    p .hint { (language.choose("Rien de nouveau à dire.", "Nothing new to tell.")) }
                }
                @for letter in &mail.letters { (self.letter(letter)) }
                @if !unknown_age_count.is_empty() {
                    h3 { (language.choose("Retenu", "Held back")) }
                    ul .lines {
                        @for silent in unknown_age_count {
                            li { (silent.client) " · " (kind_words(language, silent.reason.kind)) " · " (self.because(&silent.because)) }
                        }
                    }
                }
            }
        }
    }

    fn letter(&self, letter: &ReminderMessage<'_>) -> Markup {
        let language = self.language;
        let nobody = language.choose("Sans commercial", "Nobody’s");
        html! {
            article .letter {
                h3 {
                    (letter.digest.assignee.as_deref().unwrap_or(nobody))
                    @if !letter.recipient.is_empty() { " " small { (letter.recipient) } }
                }
                @for kind in ReminderKind::ALL {
                    @let own: Vec<_> = letter.digest.reminders.iter().filter(|reminder| reminder.reason.kind == kind).collect();
                    @if !own.is_empty() {
                        p .kind .late[kind == ReminderKind::Overdue] { (heading(language, kind)) }
                        ul .lines { @for reminder in own { li { (reminder_line(language, reminder)) } } }
                    }
                }
            }
        }
    }

    /// Translates a cause stored in the tab into the language of the page.
    fn because(&self, because: &str) -> String {
        match (self.language, because.strip_prefix("paused until ")) {
            (Language::English, _) => because.to_owned(),
            (_, Some(day)) => day.parse().map_or_else(
                |_| because.to_owned(),
                |day| format!("en pause jusqu’au {}", self.language.date(day)),
            ),
            (_, None) if because == "no address" => {
                "aucune adresse : ajoutez une ligne à l’onglet contacts, ou réglez DEALS_MAIL_TO".to_owned()
            }
            (_, None) if because == "another instance tells it" => "envoyé par une autre instance".to_owned(),
            _ => because.to_owned(),
        }
    }

    fn past(&self) -> Markup {
        let language = self.language;
        let columns = [
            text(language.choose("Quand", "When")),
            text(language.choose("Affaire", "Deal")),
            text(language.choose("Raison", "Reason")),
            text(language.choose("À qui", "To whom")),
            text(language.choose("Résultat", "Outcome")),
        ];
        let rows: Vec<Markup> = self.history.iter().map(|line| self.past_row(line)).collect();
        let title = language.choose("Ce qui a été envoyé ou retenu", "What was sent or held back");
        html! {
            section aria-labelledby="past" {
                div .heading {
                    h2 #past { (title) }
                    p .downloads { a href=(self.history_link) { (language.choose("Tout l’historique dans le tableur", "The whole history in the spreadsheet")) } }
                }
                @if rows.is_empty() {
                    p .hint { (language.choose("Rien encore.", "Nothing yet.")) }
                } @else {
                    div .alerts .cards { (table(title, &columns, &rows)) }
                }
            }
        }
    }

    fn past_row(&self, line: &DealAlert) -> Markup {
        let language = self.language;
        let at = line.at.map(|at| at.to_zoned(self.zone.clone()));
        let at = at.map(|at| format!("{} {}", language.date(at.date()), at.strftime("%H:%M")));
        let recipient = if line.recipient.is_empty() { "" } else { &line.recipient };
        row(
            1,
            &[
                cell("when", html! { (at.unwrap_or_default()) }),
                cell("name", html! { (line.subject) }),
                cell(
                    "what",
                    html! { (kind_words(language, line.reason.kind)) ", " (language.date(line.reason.day)) },
                ),
                cell(
                    "",
                    html! { (channel_name(language, line.channel)) @if !recipient.is_empty() { " · " (recipient) } },
                ),
                cell("what", html! { (self.outcome(&line.outcome)) }),
            ],
        )
    }

    fn outcome(&self, outcome: &DeliveryOutcome) -> String {
        let language = self.language;
        match outcome {
            DeliveryOutcome::Sent => language.choose("envoyé", "sent").to_owned(),
            DeliveryOutcome::Pending | DeliveryOutcome::Held | DeliveryOutcome::Claimed => {
                language.choose("en préparation", "being prepared").to_owned()
            }
            DeliveryOutcome::Sending => language
                .choose(
                    "en cours d’envoi ; si cela dure, l’envoi a été interrompu et n’est peut-être pas parti",
                    "being sent; if it stays so, it was interrupted and may not have gone out",
                )
                .to_owned(),
            DeliveryOutcome::Left => language
                .choose("laissé à une autre instance", "left to another instance")
                .to_owned(),
            DeliveryOutcome::Failed(why) => language.choose(
                format!("échec, nouvel essai prévu : {why}"),
                format!("failed, will be tried again: {why}"),
            ),
            DeliveryOutcome::Unknown(why) => {
                language.choose(format!("peut-être envoyé : {why}"), format!("perhaps sent: {why}"))
            }
            DeliveryOutcome::Suppressed(why) => {
                let why = self.because(why);
                language.choose(format!("retenu : {why}"), format!("held back: {why}"))
            }
            DeliveryOutcome::Other(words) => words.clone(),
        }
    }
}

fn channel_name(language: Language, channel: Channel) -> &'static str {
    match channel {
        Channel::Mail => language.choose("e-mail", "mail"),
        Channel::Slack => "Slack",
    }
}

fn kind_words(language: Language, kind: ReminderKind) -> &'static str {
    match kind {
        ReminderKind::Overdue => language.choose("en retard", "late"),
        ReminderKind::Due => language.choose("à échéance", "due soon"),
        ReminderKind::Cold => language.choose("sans changement", "without a change"),
    }
}
