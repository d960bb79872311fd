//! Deal fields that a column of a file can hold, and the headers that name them.

#[cfg(test)]
mod tests;

use domain::{language::Language, normalize::normalize};

/// Maximum length of a header in bytes. Real headers are shorter, most cells that are tested are not headers, and the
/// similarity of long texts is expensive.
const MAX_HEADER_LENGTH: usize = 60;

/// Field of a deal that a file can contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportField {
    /// Id of the deal in the `deals` tab.
    Id,
    /// Name of the customer.
    Client,
    /// Stage of the deal.
    Stage,
    /// Gross amount in euros.
    Amount,
    /// Line of business.
    Sector,
    /// Due date.
    Due,
    /// Sales person in charge.
    Assignee,
    /// Remarks.
    Notes,
}

impl ImportField {
    /// All fields, in the column order of the `deals` tab.
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

    /// Header of the field's column in the `deals` tab; also its name in forms and JSON.
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

    /// Parses a [`name`](Self::name); `None` for any other text.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Label in sentences and forms, in lower case.
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

    /// Whether a new deal requires the field.
    pub fn is_mandatory(self) -> bool {
        matches!(self, Self::Client | Self::Stage | Self::Amount)
    }

    /// Headers that name this field, the most specific first, normalised by [`header_key`].
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

    /// Similarity of a header to the field's names, from 0 to 1 (equal). Used for suggestions only.
    pub fn similarity_to(self, header: &str) -> f64 {
        if header.len() > MAX_HEADER_LENGTH {
            return 0.0;
        }
        let key = header_key(header);
        let near = |synonym: &&str| match synonym.len() {
            // Two or three letters resemble too many headers.
            0..=3 => 0.0,
            _ if key.contains(*synonym) => 0.95,
            _ => strsim::jaro_winkler(synonym, &key),
        };
        self.synonyms().iter().map(near).fold(0.0, f64::max)
    }
}

/// Field that a header names, with its rank (0 is the most specific); `None` if it names no field.
pub fn meaning(header: &str) -> Option<(ImportField, usize)> {
    if header.len() > MAX_HEADER_LENGTH {
        return None;
    }
    let named = |key: &str| {
        ImportField::ALL.into_iter().find_map(|field| {
            let rank = field.synonyms().iter().position(|synonym| *synonym == key)?;
            Some((field, rank))
        })
    };
    let mut words = header_words(header);
    named(&key_of(header, &words)).or_else(|| {
        while words.len() > 1 && words.last().is_some_and(|last| QUALIFIERS.contains(&last.as_str())) {
            words.pop();
        }
        // A header without qualifiers is more specific.
        named(&words.concat()).map(|(field, rank)| (field, rank + field.synonyms().len()))
    })
}

/// Qualifiers after a field's name that do not change its meaning, such as "excluding tax" or "expected".
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

/// Whether a column holds computed values that are never imported: probability, weighted value, timestamps.
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
    header.len() <= MAX_HEADER_LENGTH && COMPUTED.contains(&header_key(header).as_str())
}

/// Normalised header: letters and digits only, without accents, case, currency and spaces.
fn header_key(header: &str) -> String {
    key_of(header, &header_words(header))
}

fn key_of(header: &str, words: &[String]) -> String {
    match words.is_empty() && normalize(header) == "#" {
        true => "id".to_owned(),
        false => words.concat(),
    }
}

fn header_words(header: &str) -> Vec<String> {
    let folded = normalize(header);
    let words = folded.split(|sign: char| !sign.is_alphanumeric());
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let is_unit = |word: &String| matches!(word.as_str(), "eur" | "euro" | "euros" | "en" | "in");
    while words.len() > 1 && words.last().is_some_and(is_unit) {
        words.pop();
    }
    words
}
