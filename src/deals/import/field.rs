//! What a column of a file can mean for a deal.

use crate::{language::Language, spelling::fold};

/// One property of a deal that a file can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Number of the deal in the `deals` tab.
    Id,
    /// The customer's name.
    Client,
    /// Where the deal stands.
    Stage,
    /// Gross amount in euros.
    Amount,
    /// Line of business.
    Sector,
    /// The day on which it is due.
    Due,
    /// Who works on it.
    Assignee,
    /// Remarks.
    Notes,
}

impl Field {
    /// Every field, in the order of the `deals` tab.
    pub const ALL: [Self; 8] = [
        Self::Id,
        Self::Client,
        Self::Stage,
        Self::Amount,
        Self::Sector,
        Self::Due,
        Self::Assignee,
        Self::Notes,
    ];

    /// The header of its column in the `deals` tab, also its name in forms and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Client => "client",
            Self::Stage => "statut",
            Self::Amount => "montant_brut",
            Self::Sector => "secteur",
            Self::Due => "date_echeance",
            Self::Assignee => "assignee",
            Self::Notes => "notes",
        }
    }

    /// Reads [`name`](Self::name) back; `None` for any other word.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// The word in sentences and labels, in lower case.
    pub fn label(self, language: Language) -> &'static str {
        match (language, self) {
            (_, Self::Id) => "id",
            (_, Self::Client) => "client",
            (Language::French, Self::Stage) => "statut",
            (Language::French, Self::Amount) => "montant",
            (Language::French, Self::Sector) => "secteur",
            (Language::French, Self::Due) => "échéance",
            (Language::French, Self::Assignee) => "commercial",
            (_, Self::Notes) => "notes",
            (Language::English, Self::Stage) => "status",
            (Language::English, Self::Amount) => "amount",
            (Language::English, Self::Sector) => "sector",
            (Language::English, Self::Due) => "due date",
            (Language::English, Self::Assignee) => "sales rep",
        }
    }

    /// Whether a new deal needs it.
    pub fn is_mandatory(self) -> bool {
        matches!(self, Self::Client | Self::Stage | Self::Amount)
    }

    /// Headers that mean this field, the most certain first, as [`header_key`] spells them.
    fn synonyms(self) -> &'static [&'static str] {
        match self {
            Self::Id => &[
                "id",
                "dealid",
                "iddeal",
                "idaffaire",
                "identifiant",
                "numero",
                "no",
                "n",
                "num",
                "reference",
                "ref",
                "recordid",
                "opportunityid",
                "idopportunite",
                "code",
            ],
            Self::Client => &[
                "client",
                "nomduclient",
                "nomclient",
                "customer",
                "customername",
                "clientname",
                "societe",
                "nomdelasociete",
                "nomsociete",
                "raisonsociale",
                "entreprise",
                "nomdelentreprise",
                "company",
                "companyname",
                "compte",
                "nomducompte",
                "account",
                "accountname",
                "organisation",
                "organization",
                "prospect",
                "associatedcompany",
                "entrepriseassociee",
            ],
            Self::Stage => &[
                "statut",
                "status",
                "etape",
                "etapes",
                "stage",
                "dealstage",
                "stagename",
                "phase",
                "etapedelaffaire",
                "etapedelatransaction",
                "phasedelatransaction",
                "etapedevente",
                "salesstage",
                "pipelinestage",
                "etat",
                "avancement",
            ],
            Self::Amount => &[
                "montantbrut",
                "montant",
                "amount",
                "grossamount",
                "dealamount",
                "dealvalue",
                "amountgross",
                "montantht",
                "montanttotal",
                "montantdelaffaire",
                "montantdelatransaction",
                "montantdudeal",
                "value",
                "valeur",
                "ca",
                "chiffredaffaires",
                "revenue",
                "prix",
                "price",
                "total",
                "totalht",
                "budget",
            ],
            Self::Sector => &[
                "secteur",
                "secteurdactivite",
                "secteuractivite",
                "sector",
                "industrie",
                "industry",
                "activite",
                "domaine",
                "domainedactivite",
                "businesssector",
                "marche",
                "vertical",
                "verticale",
            ],
            Self::Due => &[
                "dateecheance",
                "echeance",
                "datedecheance",
                "duedate",
                "datedecloture",
                "datecloture",
                "closedate",
                "closingdate",
                "closingon",
                "expectedclosedate",
                "dateclotureprevue",
                "datedeclotureprevue",
                "datedecloturedelaffaire",
                "datedecloturedelatransaction",
                "datedesignature",
                "dateprevue",
                "dateprevisionnelle",
                "ech",
                "dateech",
                "deadline",
                "cloture",
                "due",
            ],
            Self::Assignee => &[
                "assignee",
                "assigne",
                "assignea",
                "assigneea",
                "assignedto",
                "commercial",
                "commerciale",
                "nomducommercial",
                "responsable",
                "resp",
                "responsablecommercial",
                "owner",
                "dealowner",
                "salesrep",
                "salesperson",
                "salesrepresentative",
                "proprietaire",
                "proprietairedelaffaire",
                "proprietairedelatransaction",
                "vendeur",
                "vendeuse",
                "accountmanager",
                "chargedaffaires",
                "suivipar",
            ],
            Self::Notes => &[
                "notes",
                "note",
                "commentaire",
                "commentaires",
                "comment",
                "comments",
                "remarque",
                "remarques",
                "remarks",
                "observation",
                "observations",
                "description",
                "memo",
            ],
        }
    }

    /// How near a header comes to one of the field's names, 1 for equal; for suggestions only.
    pub fn nearness(self, header: &str) -> f64 {
        let key = header_key(header);
        let near = |synonym: &&str| match synonym.len() {
            // Two or three letters are near to too much.
            0..=3 => 0.0,
            _ if key.contains(*synonym) => 0.95,
            _ => strsim::jaro_winkler(synonym, &key),
        };
        self.synonyms().iter().map(near).fold(0.0, f64::max)
    }
}

/// The field that a header names, and how certain that is, 0 for most certain; `None` when it names none.
pub fn meaning(header: &str) -> Option<(Field, usize)> {
    // Nobody writes a longer header, and most cells that are looked at are none.
    const LONGEST: usize = 60;
    if header.len() > LONGEST {
        return None;
    }
    let named = |key: &str| {
        Field::ALL.into_iter().find_map(|field| {
            let rank = field.synonyms().iter().position(|synonym| *synonym == key)?;
            Some((field, rank))
        })
    };
    let mut words = header_words(header);
    named(&header_key(header)).or_else(|| {
        while words.len() > 1 && words.last().is_some_and(|last| QUALIFIERS.contains(&last.as_str())) {
            words.pop();
        }
        // A header that says so and no more is the more certain one.
        named(&words.concat()).map(|(field, rank)| (field, rank + field.synonyms().len()))
    })
}

/// Words after the name of a field that do not change what it means: without tax, expected.
const QUALIFIERS: [&str; 12] = [
    "ht",
    "hors",
    "taxe",
    "taxes",
    "estime",
    "estimee",
    "prevu",
    "prevue",
    "previsionnel",
    "previsionnelle",
    "estimated",
    "expected",
];

/// Whether a column holds what is computed or stamped, never imported: likelihood, weighted value, times.
pub fn is_computed(header: &str) -> bool {
    const COMPUTED: [&str; 24] = [
        "probabilite",
        "proba",
        "probability",
        "dealprobability",
        "probabilitedelaffaire",
        "probabilitedelatransaction",
        "likelihood",
        "valeurponderee",
        "montantpondere",
        "capondere",
        "pondere",
        "weightedvalue",
        "weightedamount",
        "weighted",
        "expectedrevenue",
        "createdat",
        "updatedat",
        "datedecreation",
        "datecreation",
        "createdate",
        "createddate",
        "lastmodifieddate",
        "datedemodification",
        "datemodification",
    ];
    COMPUTED.contains(&header_key(header).as_str())
}

/// A header for comparison: letters and digits alone, without accents, case, currency and gaps.
fn header_key(header: &str) -> String {
    if fold(header) == "#" {
        return "id".to_owned();
    }
    header_words(header).concat()
}

fn header_words(header: &str) -> Vec<String> {
    let folded = fold(header);
    let words = folded.split(|sign: char| !sign.is_alphanumeric());
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let is_unit = |word: &String| matches!(word.as_str(), "eur" | "euro" | "euros" | "en" | "in");
    while words.len() > 1 && words.last().is_some_and(is_unit) {
        words.pop();
    }
    words
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
