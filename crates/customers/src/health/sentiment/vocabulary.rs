//! Vocabulary of the cancellation rules in English and French, in lower case without accents.

/// What a customer has with us. An entry that ends with `*` is a stem.
#[rustfmt::skip]
pub const OURS: &[&str] = &[
    // English
    "plan", "plans", "subscription*", "account*", "membership*", "contract*", "licence*", "license*", "service*",
    "renewal", "trial", "seat", "seats", "agreement", "workspace", "auto-renewal", "autorenewal",
    // French
    "abonnement*", "compte", "comptes", "forfait*", "contrat*", "formule", "adhesion*", "souscription*", "offre",
    "essai", "renouvellement", "engagement",
];

/// What can be cancelled without leaving.
#[rustfmt::skip]
pub const OTHERS: &[&str] = &[
    // English
    "order*", "meeting*", "call", "calls", "appointment*", "booking*", "invoice*", "invitation*", "invite*",
    "reservation*", "demo*", "event*", "session*", "payment*", "request*", "job*", "upload*", "export*", "import*",
    "download*", "webinar*", "training*", "ticket*", "button*", "transaction*", "transfer*", "task*", "campaign*",
    "flight*", "delivery", "deliveries", "shipment*", "purchase*", "cancellation", "cancelation", "interview*",
    "newsletter*", "notification*", "email*", "e-mail*", "mailing*", "policy", "fee", "fees", "link", "page",
    "feature*", "sync*", "report*", "project*", "visit*", "workshop*", "alert*", "reminder*", "add-on*", "addon*",
    // French
    "reunion*", "rendez-vous", "rendez", "rdv", "commande*", "appel*", "visio*", "facture*", "demonstration*",
    "entretien*", "evenement*", "paiement*", "demande*", "formation*", "livraison*", "achat*", "resiliation",
    "annulation", "bouton*", "virement*", "tache*", "campagne*", "billet*", "seance*", "atelier*", "rappel*",
    "visite*", "envoi*", "option*", "projet*",
];

/// Verbs of cancelling, with or without an object: infinitives, present and progressive forms.
#[rustfmt::skip]
pub const CANCEL: &[&str] = &[
    "cancel", "cancels", "canceling", "cancelling", "annuler", "annule", "annulons", "annulez", "resilier",
    "resilie", "resilions", "resiliez", "resiliant", "annulant",
];

/// The words of [`CANCEL`] that refer to contracts even without an object; *annuler* alone refers to meetings.
pub const BARE: &[&str] = &["cancel", "canceling", "cancelling", "resilier", "resilions", "resiliez"];

/// Auxiliaries that make a participle passive.
#[rustfmt::skip]
pub const PASSIVE: &[&str] = &[
    "was", "were", "been", "be", "is", "are", "got", "gets", "est", "ete", "etre", "sera",
];

/// Words after a verb that are not its object, besides all that end in *-ly* and *-ement*.
#[rustfmt::skip]
pub const ADVERB: &[&str] = &[
    "then", "soon", "too", "anyway", "again", "right", "away", "here", "vite", "everything", "suite", "aussi",
    "donc", "alors", "bientot", "ici", "etc", "though", "altogether", "entirely", "asap", "today", "now",
    "tomorrow", "yet", "already",
];

/// Participles of cancelling. Without an object they usually refer to something else.
#[rustfmt::skip]
pub const CANCELLED: &[&str] = &[
    "cancelled", "canceled", "annule", "annulee", "annules", "annulees", "resilie", "resiliee", "resilies",
    "terminated", "closed", "deleted",
];

/// Verbs of ending; they count only with an object of [`OURS`].
#[rustfmt::skip]
pub const END: &[&str] = &[
    "terminate", "terminating", "end", "ending", "stop", "stopping", "close", "closing", "delete", "deleting",
    "discontinue", "discontinuing", "deactivate", "deactivating", "quit", "quitting", "leave", "leaving", "drop",
    "dropping", "arreter", "arrete", "arretons", "stopper", "supprimer", "supprimez", "cloturer", "cloturez",
    "cloture", "fermer", "fermez", "quitter", "quitte", "quittons", "interrompre", "desabonner", "desactiver",
    "fin", "terminer",
];

/// Verbs of continuing; they count when negated.
#[rustfmt::skip]
pub const RENEW: &[&str] = &[
    "renew", "renewing", "renewed", "extend", "renouveler", "renouvelle", "renouvelons", "renouvelez", "reconduire",
    "reconduis", "reconduisons", "prolonger",
];

/// Verbs of wanting; they count when negated with a word of [`NO_MORE`] and an object of [`OURS`].
#[rustfmt::skip]
pub const WISH: &[&str] = &[
    "want", "need", "use", "using", "veux", "voulons", "souhaite", "souhaitons", "besoin", "utilise", "utilisons",
];

/// Words for “not any more”.
pub const NO_MORE: &[&str] = &["longer", "anymore", "more", "plus"];

/// Verbs of moving elsewhere.
#[rustfmt::skip]
pub const MOVE: &[&str] = &[
    "switch", "switching", "switched", "move", "moving", "moved", "migrate", "migrating", "go", "going", "passer",
    "passons", "passe", "partir", "partons", "migrer", "migrons", "changer", "changeons", "basculer",
];

/// Destinations of a verb of [`MOVE`].
#[rustfmt::skip]
pub const ELSEWHERE: &[&str] = &[
    "competitor*", "competition", "provider*", "vendor*", "supplier*", "alternative*", "concurrent*", "concurrence",
    "prestataire*", "fournisseur*",
];

/// Words such as `another`; with a word of [`PRODUCT`] they make a destination.
pub const ANOTHER: &[&str] = &["another", "different", "other", "autre", "different"];
/// Products: see [`ANOTHER`].
#[rustfmt::skip]
pub const PRODUCT: &[&str] = &[
    "tool", "tools", "solution*", "platform*", "product", "software", "system", "outil*", "plateforme*",
    "logiciel*", "produit*", "company", "societe",
];

/// Nouns for a cancellation.
#[rustfmt::skip]
pub const CANCELLATION: &[&str] = &[
    "cancellation", "cancelation", "termination", "resiliation", "annulation",
];

/// Verbs of asking.
#[rustfmt::skip]
pub const ASK: &[&str] = &[
    "request", "requesting", "want", "demande", "demandons", "demander", "souhaite", "souhaitons", "confirm",
    "confirmer", "proceed",
];

/// Negations of the following word.
#[rustfmt::skip]
pub const NOT: &[&str] = &[
    "not", "never", "no", "nor", "without", "instead", "rather", "avoid", "avoiding", "ne", "n", "pas", "jamais",
    "sans", "plutot", "eviter", "non",
];

/// Words that make a negation one of ability instead of intent: “I cannot cancel my plan”.
#[rustfmt::skip]
pub const ABLE: &[&str] = &[
    "can", "could", "able", "let", "lets", "letting", "allow", "allows", "allowed", "possible", "way", "know",
    "find", "see", "how", "sure", "certain", "only", "just", "yet", "wait", "work", "works", "working", "peux",
    "peut", "pouvons", "pouvez", "arrive", "arrivons", "parviens", "parvenons", "possible", "sais", "savons",
    "trouve", "trouvons", "comment", "reussis", "reussissons", "permet", "sur", "surs",
];

/// A negated verb of these negates what follows, even with a new subject: “I do not think that we will cancel”.
#[rustfmt::skip]
pub const MEAN: &[&str] = &[
    "think", "said", "say", "dit", "plan", "planning", "plans", "intend", "intention", "mean", "want", "wish",
    "expect", "need", "like", "reason", "going", "pense", "pensons", "compte", "comptons", "veux", "voulons",
    "souhaite", "souhaitons", "prevoit", "prevois", "envisage", "envisageons", "raison", "faut",
];

/// First-person pronouns; a new subject ends an earlier negation.
pub const SPEAKER: &[&str] = &["i", "we", "je", "j", "nous", "on"];

/// Conjunctions that separate clauses within a sentence.
#[rustfmt::skip]
pub const CONJUNCTION: &[&str] = &[
    "so", "because", "but", "then", "therefore", "unless", "otherwise", "donc", "mais", "sinon", "alors", "car",
    "if", "si", "and", "et", "or", "ou",
];

/// Words that end the object of a verb.
#[rustfmt::skip]
pub const PREPOSITION: &[&str] = &[
    "for", "with", "at", "on", "in", "of", "to", "from", "by", "as", "when", "after", "before", "since", "until",
    "please", "today", "tomorrow", "now", "immediately", "asap", "this", "next", "that", "which", "who", "is",
    "are", "was", "were", "will", "would", "has", "have", "de", "du", "des", "d", "pour", "avec", "a", "au", "aux",
    "en", "sur", "des", "dans", "par", "que", "qui", "quand", "depuis", "est", "sont", "svp", "merci", "demain",
    "maintenant", "before", "effective", "due", "instead", "entirely", "completely", "altogether", "anytime",
    "online",
];

/// Determiners before a noun.
#[rustfmt::skip]
pub const DETERMINER: &[&str] = &[
    
    "a", "an", "the", "my", "our", "this", "that", "these", "those", "your", "all", "both", "any", "current", "whole",
    "entire", "existing", "le", "la", "les", "l", "mon", "ma", "mes", "notre", "nos", "votre", "vos", "ce", "cet",
    "cette", "ces", "un", "une", "tous", "tout", "toute", "d", "de", "du", "des", "me", "nous",
];

/// Possessives of third parties.
#[rustfmt::skip]
pub const OF_OTHERS: &[&str] = &[
    "their", "his", "her", "someone's", "somebody's", "leur", "leurs", "son", "sa", "ses", "users", "customers",
    "clients", "customer's", "client's", "user's",
];

/// Pronouns.
pub const PRONOUN: &[&str] = &["it", "this", "that", "them", "le", "la", "les", "l", "ca", "cela"];

/// Words that make a following `cancel` the name of a button.
#[rustfmt::skip]
pub const CLICK: &[&str] = &[
    
    "click", "clicked", "clicking", "press", "pressed", "hit", "hitting", "select", "selected", "the", "a", "clique",
    "cliquer", "bouton", "button", "says", "called", "labelled",
];

/// Words that make a passive a wish: “I want my plan cancelled”.
#[rustfmt::skip]
pub const WANT: &[&str] = &[
    "want", "like", "please", "need", "have", "get", "voudrais", "voudrions", "souhaite", "souhaitons", "veux",
    "voulons", "merci", "aimerais",
];

/// Whether a word matches a list whose entries may be stems ending in `*`.
pub fn matches_any(word: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == *entry,
    })
}
