//! Text of the weekly message, in Slack mrkdwn (<https://docs.slack.dev/messaging/formatting-message-text>).

use crate::standings::{CsmStanding, Standings, weekly::schedule::Week};

/// Maximum CSMs listed; the rest are counted.
const MAX_LISTED: usize = 20;

/// The message; `link` leads to the claims: the board for the week, or the spreadsheet.
pub fn standings_message(standings: &Standings, week: Week, link: &str) -> String {
    let period = week.period();
    let days: Vec<String> = [period.from, period.to]
        .into_iter()
        .flatten()
        .map(|day| day.strftime("%-d %B %Y").to_string())
        .collect();
    let mut text = format!("*Integrations leaderboard, {}*\n", days.join(" to "));
    let scored: Vec<&CsmStanding> = standings.by_csm.iter().filter(|line| line.integrations > 0).collect();
    if scored.is_empty() {
        text.push_str("Nobody earned a point.\n");
    }
    for line in scored.iter().take(MAX_LISTED) {
        text.push_str(&format!(
            "{}. {} – {} at {}\n",
            line.rank,
            escape(&line.csm),
            count_noun(line.integrations, "integration", "integrations"),
            count_noun(line.companies, "company", "companies")
        ));
    }
    if let Some(more @ 1..) = scored.len().checked_sub(MAX_LISTED) {
        text.push_str(&format!("and {more} more\n"));
    }
    text.push_str(&format!(
        "{} in all. <{}|See the claims>",
        count_noun(standings.totals.integrations, "point", "points"),
        escape(link),
    ));
    text
}

fn count_noun(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Escapes the three characters that Slack treats as markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use jiff::{civil::date, tz::TimeZone};

    use super::*;
    use crate::claims::fixture::{ledger, march, row};

    #[test]
    fn the_message_names_the_week_and_who_earned_what_and_no_name_is_markup() {
        let ledger = ledger(vec![
            row(2, "02 09:00", "Kate", "Acme", "GitHub, Slack"),
            row(3, "08 23:59", "<!channel> & Bo", "Beta", "GitHub"),
            row(4, "09 00:00", "Zoé", "Gamma", "GitHub"),
            row(5, "05 00:00", "Zoé", "Acme", "GitHub"),
        ]);
        let week = Week::before(date(2026, 3, 9));
        let standings = ledger.standings(week.period(), march("09 09:00"), &TimeZone::UTC);
        assert_eq!(
            standings_message(&standings, week, "https://sheet"),
            "*Integrations leaderboard, 2 March 2026 to 8 March 2026*\n1. Kate – 2 integrations at 1 company\n2. &lt;!channel&gt; &amp; Bo – 1 integration at 1 company\n3 points in all. <https://sheet|See the claims>"
        );
    }
}
