//! Tests of cancellation detection and tone.

use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::health::sentiment::{ToneStrengths, cancellation_sentences};

const DIRECTIVE: &str = include_str!("../../../../../docs/directives/sentiment.md");

/// Rows of the table with these headers.
fn table(headers: &str) -> Vec<[&'static str; 2]> {
    let lines = DIRECTIVE.lines().skip_while(|line| *line != headers).skip(2);
    let rows: Vec<[&str; 2]> = lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|').map(str::trim);
            cells.collect::<Vec<_>>().try_into().expect("two cells")
        })
        .collect();
    assert!(!rows.is_empty(), "no table {headers}");
    rows
}

/// Texts between “ and ”.
fn quoted(cell: &str) -> Vec<&str> {
    let parts = cell.split('“').skip(1);
    parts.map(|part| part.split_once('”').expect("an end").0).collect()
}

#[test]
fn the_examples_of_the_page_are_told_apart_as_it_says() {
    for [counts, does_not] in table("| counts | does not count |") {
        for example in quoted(counts) {
            assert!(speaks(example), "counts: {example}");
        }
        for example in quoted(does_not) {
            assert!(!speaks(example), "does not count: {example}");
        }
    }
    for [said, written] in table("| what is said | tone |") {
        let found = tone(&quoted(said)).map(|tone| tone > Decimal::from(50));
        let held = found.map_or("none", |good| if good { "good" } else { "bad" });
        assert_eq!(held, written, "{said}");
    }
}

/// Tone of several messages together.
fn tone(messages: &[&str]) -> Option<Decimal> {
    let strengths = messages.iter().map(|message| ToneStrengths::of(message));
    strengths.fold(ToneStrengths::default(), ToneStrengths::plus).tone()
}

fn speaks(message: &str) -> bool {
    !cancellation_sentences(message).is_empty()
}

#[test]
fn these_speak_of_leaving() {
    let messages = [
        // English
        "Please cancel my plan.",
        "I want to cancel my subscription",
        "cancel my account",
        "CANCEL MY SUBSCRIPTION NOW!!!",
        "How do I cancel?",
        "How can I cancel my account?",
        "I'd like to cancel.",
        "We are thinking about cancelling our subscription at the end of the month.",
        "Can I cancel anytime?",
        "I can't cancel my subscription, the page does not load.",
        "I cannot find how to cancel my plan",
        "Your site won't let me cancel my subscription.",
        "If you don't fix this, I will cancel our contract.",
        "If this is not fixed we will cancel.",
        "I have cancelled my subscription.",
        "Please have my plan cancelled by Friday",
        "I would like my account to be closed.",
        "Please close our account.",
        "Please delete my account and all data",
        "We want to terminate the contract.",
        "We won't be renewing.",
        "We have decided not to renew our subscription.",
        "I do not want to renew",
        "We no longer need the subscription.",
        "I don't need this plan anymore.",
        "We are switching to a competitor.",
        "We're moving to another tool next month",
        "I request cancellation of my subscription.",
        "Cancellation of our contract",
        "This is my cancellation request.",
        "My subscription renews tomorrow. Please cancel it.",
        "I have a plan that I never use and I want to cancel it",
        "I want to cancel\nmy subscription",
        "<p>Please <b>cancel</b> my&nbsp;plan</p>",
        "Cancel my monthly subscription please",
        "We're going to cancel your service.",
        "I am not sure whether to cancel my plan.",
        "It didn't work. Cancel my subscription.",
        "Not happy, cancel my account",
        "I never use it, so please cancel my subscription",
        "Why can't I cancel my plan?",
        "We have no way to cancel our subscription",
        "Hi Ann, thanks for the call. We will cancel our plan at the end of March.",
        // French
        "Je souhaite résilier mon abonnement.",
        "Comment résilier ?",
        "Comment puis-je annuler mon abonnement ?",
        "Merci de résilier notre contrat au plus vite",
        "J'annule mon abonnement",
        "Je n'arrive pas à résilier mon abonnement.",
        "Je ne peux pas annuler mon abonnement en ligne",
        "Je ne sais pas comment résilier mon compte",
        "Nous voulons mettre fin à notre abonnement",
        "Merci de supprimer mon compte.",
        "Nous souhaitons clôturer notre compte",
        "Je ne souhaite pas renouveler mon abonnement",
        "Nous ne renouvellerons pas. Nous n'allons pas renouveler notre contrat.",
        "Nous ne voulons plus de cet abonnement",
        "Nous passons à un concurrent",
        "Nous allons passer chez un autre prestataire",
        "Demande de résiliation de mon abonnement",
        "Je vous demande la résiliation du contrat",
        "Je veux résilier.",
        "Sans réponse de votre part, je résilie mon abonnement",
        "RESILIER ABONNEMENT",
        "J’ai résilié mon abonnement hier",
        "Veuillez annuler l’abonnement.",
    ];
    let missed: Vec<&str> = messages.into_iter().filter(|message| !speaks(message)).collect();
    assert!(missed.is_empty(), "missed: {missed:#?}");
}

#[test]
fn these_do_not() {
    let messages = [
        "",
        "Hello",
        // Something else is cancelled.
        "Please cancel that order.",
        "Can we cancel the meeting?",
        "I need to cancel our call tomorrow",
        "I need to cancel my appointment with Ann.",
        "Cancel that meeting, my account manager is ill",
        "Please cancel the subscription call on Monday",
        "Please cancel my plan review meeting.",
        "I want to cancel the invoice for my account",
        "Please cancel the export",
        "Cancel the webinar please",
        "Please cancel my newsletter subscription",
        "Our call is at five. I need to cancel.",
        "I have a demo tomorrow and have to cancel it",
        "Sorry, I have to cancel it.",
        "The meeting was cancelled.",
        "Anna cancelled.",
        "Cancel my cancellation please",
        "Please cancel the cancellation of my plan",
        // Negated.
        "I don't want to cancel.",
        "I do not want to cancel my subscription",
        "We don't want to cancel our plan, we love it.",
        "Please don't cancel my account!",
        "Please do not cancel my plan",
        "I never said I would cancel my plan",
        "We have no intention of cancelling our subscription",
        "We have no plans to cancel",
        "I don't think we will cancel our plan",
        "We decided not to cancel our subscription",
        "Can I change the address without cancelling my subscription?",
        "Instead of cancelling my plan I would like to pause it",
        "I'd rather upgrade than lose it, we would never cancel our subscription",
        // Buttons, quoted texts and other people.
        "The cancel button does not work",
        "I clicked cancel and nothing happened",
        "What is your cancellation policy?",
        "Is there a cancellation fee?",
        "How can my customers cancel their subscription?",
        "A user wants to cancel his subscription with us",
        "The page says “Cancel your subscription” at the bottom",
        "Thanks!\n> I want to cancel my subscription",
        "All good now.\n\nOn Mon, 3 Nov 2025, Ann <ann@x.com> wrote:\nplease cancel my plan",
        "My subscription was cancelled by mistake, please put it back",
        "Why was my account closed?",
        "Noise cancelling headphones are a must",
        // Staying.
        "We want to switch to another plan.",
        "We want to move to the annual plan",
        "Please renew my subscription",
        "I want to renew our contract",
        "We no longer need the report",
        "Close the ticket please, thanks",
        "Please close this conversation",
        "Stop the sync for now",
        "We are leaving the meeting",
        "At the end of my contract I get an invoice",
        // French
        "Merci d'annuler la réunion de demain",
        "Peut-on annuler le rendez-vous ?",
        "Je dois annuler notre appel",
        "Merci d'annuler la commande 123",
        "Je souhaite annuler ma réservation",
        "Je ne veux pas résilier mon abonnement",
        "Nous ne souhaitons pas résilier",
        "Ne résiliez pas mon abonnement !",
        "N'annulez pas mon compte s'il vous plaît",
        "Comment modifier mon abonnement sans le résilier ?",
        "Je dois annuler, désolé.",
        "Annuler la réunion sur mon abonnement",
        "Comment mes clients peuvent-ils résilier leur abonnement ?",
        "Mon abonnement a été résilié par erreur",
        "Quelles sont vos conditions de résiliation ?",
        "Je voudrais changer de forfait",
        "Je souhaite renouveler mon abonnement",
    ];
    let wrong: Vec<&str> = messages.into_iter().filter(|message| speaks(message)).collect();
    assert!(wrong.is_empty(), "taken for leaving: {wrong:#?}");
}

#[test]
fn the_sentence_is_kept_as_it_was_written() {
    let message = "Hello Ann,\n\nthanks for the call.  We will\ncancel our plan. Regards";
    assert_eq!(cancellation_sentences(message), ["We will cancel our plan."]);
    let two = "Cancel my plan! And close my account.";
    assert_eq!(
        cancellation_sentences(two),
        ["Cancel my plan!", "And close my account."]
    );
    let long = format!("Cancel my plan because {}", "é".repeat(500));
    let quote = cancellation_sentences(&long).remove(0);
    assert_eq!(quote.chars().count(), 301);
    assert!(quote.ends_with('…'));
}

#[test]
fn the_tone_of_words() {
    for (message, good) in [
        ("Thank you so much, this is great!", Some(true)),
        ("It works perfectly now, I love it", Some(true)),
        ("Not bad at all", Some(true)),
        ("No problem, thanks", Some(true)),
        ("Merci beaucoup, c’est parfait !", Some(true)),
        ("Pas de souci, très bien", Some(true)),
        ("Sans problème", Some(true)),
        ("This is unacceptable. The sync does not work.", Some(false)),
        ("I am not happy", Some(false)),
        ("We are not satisfied with the answer", Some(false)),
        ("Still waiting for a reply, very frustrating", Some(false)),
        ("Ça ne fonctionne toujours pas", Some(false)),
        ("Je ne suis pas contente du tout", Some(false)),
        ("C’est inadmissible, j’en ai marre", Some(false)),
        ("Thanks, but it is still broken and I am fed up", Some(false)),
        ("Where is the export page?", None),
        ("Où se trouve la page ?", None),
        ("", None),
    ] {
        let found = tone(&[message]).map(|tone| tone > Decimal::from(50));
        assert_eq!(found, good, "{message}");
    }
}

#[test]
fn one_kind_word_is_not_everything() {
    // 1 good and 2 + 3 bad: 100 × 2 / 8.
    let messages = ["Thanks. The sync is broken!", "This is unacceptable."];
    assert_eq!(tone(&messages), Some(Decimal::from(25)));
    assert_eq!(tone(&["thanks"]).expect("a tone").to_string(), "66.7");
}

proptest! {
    #[test]
    fn no_text_is_too_strange(message in "\\PC{0,200}") {
        let quotes = cancellation_sentences(&message);
        prop_assert!(quotes.iter().all(|quote| !quote.is_empty()));
        if let Some(tone) = tone(&[message.as_str()]) {
            prop_assert!(tone > Decimal::ZERO && tone < Decimal::ONE_HUNDRED);
        }
    }

    #[test]
    fn what_stands_around_a_sentence_does_not_hide_it(before in "[A-Z][a-z ]{0,20}\\.", after in "[A-Z][a-z ]{0,20}\\.") {
        let message = format!("{before} Please cancel my subscription. {after}");
        prop_assert!(speaks(&message));
    }
}
