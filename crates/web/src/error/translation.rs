//! French texts of an [`Error`].

use std::borrow::Cow;

use axum::http::StatusCode;
use domain::language::Language;
use sheets_store::{CommitError, read::read_error::ReadError};

use crate::error::{Error, UnknownHost};

/// Text of an error in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText<'a> {
    /// Heading: what happened, in a few words.
    pub heading: Cow<'a, str>,
    /// What happened, in one sentence.
    pub happened: Cow<'a, str>,
    /// Whether the input is safe; may be empty.
    pub safety: Cow<'a, str>,
    /// What to do next.
    pub next: Cow<'a, str>,
}

/// Fixed sentences, English and French. Messages of fields are already in the language of the page.
const TRANSLATIONS: &[(&str, &str)] = &[
    ("There is nothing at this address", "Il n’y a rien à cette adresse"),
    (
        "The link may be old, or a letter may be missing from it.",
        "Le lien est peut-être ancien, ou il y manque une lettre.",
    ),
    ("Start again from the first page.", "Repartez de la première page."),
    ("Nothing was written.", "Rien n’a été écrit."),
    ("Nothing was changed.", "Rien n’a été modifié."),
    ("Change it and send it again.", "Corrigez et renvoyez."),
    ("Change the address and try again.", "Corrigez l’adresse et réessayez."),
    ("This cannot be used as it is", "Cela ne peut pas être utilisé tel quel"),
    ("The address cannot be read", "L’adresse est illisible"),
    (
        "It contains something that is not text, or that is not known here.",
        "Elle contient autre chose que du texte, ou quelque chose d’inconnu ici.",
    ),
    ("The request cannot be read", "La demande est illisible"),
    (
        "The address or the form contains something that cannot be read.",
        "L’adresse ou le formulaire contient quelque chose d’illisible.",
    ),
    (
        "The form contains something that is not text.",
        "Le formulaire contient autre chose que du texte.",
    ),
    ("Go back and send it again.", "Revenez en arrière et renvoyez."),
    (
        "This form came from another site",
        "Ce formulaire vient d’un autre site",
    ),
    (
        "Tallyboard accepts what its own pages send, so that no other site can write in your name.",
        "Tallyboard n’accepte que ce que ses propres pages envoient, pour qu’aucun autre site n’écrive en votre nom.",
    ),
    (
        "Open the page here and send it again.",
        "Ouvrez la page ici et renvoyez.",
    ),
    ("That was a lot at once", "C’était beaucoup à la fois"),
    (
        "More came from your address than one team usually sends in a minute.",
        "Votre adresse a envoyé plus qu’une équipe n’envoie d’ordinaire en une minute.",
    ),
    (
        "More was asked for from your address than one team usually reads in a minute.",
        "Votre adresse a demandé plus qu’une équipe ne lit d’ordinaire en une minute.",
    ),
    (
        "Looks into the past, workbooks, PDF files and previews take time to make, and your address asked for many within a minute.",
        "Les retours en arrière, les classeurs, les PDF et les aperçus demandent du travail, et votre adresse en a demandé beaucoup en une minute.",
    ),
    ("The address is too long", "L’adresse est trop longue"),
    (
        "A path has at most 2,048 bytes, and what follows the question mark at most 8,192.",
        "Un chemin a 2 048 octets au plus, et ce qui suit le point d’interrogation 8 192 au plus.",
    ),
    ("This one was not recorded.", "Cet envoi n’a pas été enregistré."),
    ("That is too much for this form", "C’est trop pour ce formulaire"),
    (
        "The request is larger than anything this page sends.",
        "La demande est plus grande que tout ce que cette page envoie.",
    ),
    ("Shorten it and send it again.", "Raccourcissez et renvoyez."),
    (
        "Send a form (application/x-www-form-urlencoded) or JSON (application/json).",
        "Envoyez un formulaire (application/x-www-form-urlencoded) ou du JSON (application/json).",
    ),
    ("This name does not lead here", "Ce nom ne mène pas ici"),
    (
        "Whoever runs Tallyboard can set PUBLIC_URL to the address that people use, or add this name to ALLOWED_HOSTS.",
        "Qui s’occupe de Tallyboard peut mettre dans PUBLIC_URL l’adresse que l’on utilise, ou ajouter ce nom à ALLOWED_HOSTS.",
    ),
    (
        "It has to name its host exactly once, in the header Host.",
        "Elle doit nommer son hôte exactement une fois, dans l’en-tête Host.",
    ),
    (
        "Send it again with one Host header.",
        "Renvoyez-la avec un seul en-tête Host.",
    ),
    ("That took too long to arrive", "L’envoi a mis trop longtemps à arriver"),
    (
        "The connection was too slow, so that the request did not arrive whole.",
        "La connexion était trop lente : la demande n’est pas arrivée en entier.",
    ),
    (
        "Go back and send it again, if you can over a better connection.",
        "Revenez en arrière et renvoyez, si possible avec une meilleure connexion.",
    ),
    ("That cannot be done here", "Cela ne peut pas se faire ici"),
    (
        "The address exists, but not for this kind of request.",
        "L’adresse existe, mais pas pour ce genre de demande.",
    ),
    ("NOT recorded", "PAS enregistré"),
    ("NOT recorded again", "PAS enregistré de nouveau"),
    (
        "To record this as well, send it with a new key.",
        "Pour l’enregistrer aussi, renvoyez avec une nouvelle clé.",
    ),
    (
        "To record this again, send it with a new key.",
        "Pour l’enregistrer de nouveau, renvoyez avec une nouvelle clé.",
    ),
    (
        "NOT recorded, as far as we know",
        "PAS enregistré, autant que l’on sache",
    ),
    (
        "Somebody changed this row in the meantime.",
        "Quelqu’un a modifié cette ligne entre-temps.",
    ),
    (
        "Look at the row as it is now, and decide again.",
        "Regardez la ligne telle qu’elle est maintenant, et décidez de nouveau.",
    ),
    (
        "Compare the values under “conflicts”, decide, and send it again with what was found as seen.",
        "Comparez les valeurs sous « conflicts », décidez, et renvoyez avec ce qui a été trouvé sous « seen ».",
    ),
    ("The file is not here any more", "Le fichier n’est plus là"),
    (
        "The server keeps a file for two hours, unless it restarts or newer files take the room.",
        "Le serveur garde un fichier deux heures, sauf s’il redémarre ou si des fichiers plus récents prennent la place.",
    ),
    (
        "Send the file again with the same choices.",
        "Renvoyez le fichier avec les mêmes réglages.",
    ),
    (
        "Other files are being read",
        "D’autres fichiers sont en cours de lecture",
    ),
    (
        "As many files as can wait are waiting to be read.",
        "Toutes les places d’attente pour la lecture d’un fichier sont prises.",
    ),
    (
        "Send the file again in ten seconds.",
        "Renvoyez le fichier dans dix secondes.",
    ),
    (
        "The form has more than 100 parts.",
        "Le formulaire a plus de 100 parties.",
    ),
    (
        "The form has two files. Send one at a time.",
        "Le formulaire contient deux fichiers. Envoyez-en un à la fois.",
    ),
    (
        "The form breaks off, or its parts cannot be told from each other.",
        "Le formulaire s’interrompt, ou ses parties ne se distinguent pas l’une de l’autre.",
    ),
    (
        "Several rows of the spreadsheet have this id, so that it is not known which one is meant.",
        "Plusieurs lignes du tableur portent ce numéro : on ne sait pas laquelle est visée.",
    ),
    (
        "Write a number that no other row has over the id of the row that was copied, and try again.",
        "Donnez à la ligne copiée un numéro qu’aucune autre ne porte, puis réessayez.",
    ),
    ("Something went wrong here", "Quelque chose s’est mal passé ici"),
    (
        "The program could not finish this request. The mistake is ours, not yours.",
        "Le programme n’a pas pu terminer cette demande. L’erreur est la nôtre, pas la vôtre.",
    ),
    (
        "If you were sending a form, go back: your browser still has what you entered, and sending it again never counts twice.",
        "Si vous envoyiez un formulaire, revenez en arrière : votre navigateur a gardé ce que vous avez saisi, et un second envoi ne compte jamais deux fois.",
    ),
    (
        "Try once more. If it happens again, tell whoever runs Tallyboard the request number below.",
        "Réessayez. Si cela se reproduit, donnez le numéro de requête ci-dessous à qui s’occupe de Tallyboard.",
    ),
    ("The spreadsheet does not answer", "Le tableur ne répond pas"),
    (
        "Google Sheets cannot be reached at the moment, and there is no earlier data to show.",
        "Google Sheets est injoignable pour le moment, et il n’y a pas de données antérieures à montrer.",
    ),
    ("Try again in a minute.", "Réessayez dans une minute."),
    ("A tab of the spreadsheet is missing", "Il manque un onglet au tableur"),
    (
        "A column of the spreadsheet is missing",
        "Il manque une colonne au tableur",
    ),
    (
        "The spreadsheet is closed to Tallyboard",
        "Le tableur est fermé à Tallyboard",
    ),
    (
        "Google refuses to show the spreadsheet to this program.",
        "Google refuse de montrer le tableur à ce programme.",
    ),
    (
        "Whoever runs Tallyboard can run `tallyboard check`, which names the cure.",
        "Qui s’occupe de Tallyboard peut lancer `tallyboard check`, qui dit quoi faire.",
    ),
    (
        "Everything you entered is still here.",
        "Tout ce que vous avez saisi est encore là.",
    ),
    (
        "The spreadsheet could not be reached, so nothing was written.",
        "Le tableur n’a pas pu être joint : rien n’a été écrit.",
    ),
    (
        "The program has no room left to store anything, so nothing was written.",
        "Le programme n’a plus de place pour enregistrer : rien n’a été écrit.",
    ),
    (
        "The program cannot store anything at the moment, so nothing was written.",
        "Le programme ne peut rien enregistrer pour le moment : rien n’a été écrit.",
    ),
    (
        "The spreadsheet did not confirm that it was written.",
        "Le tableur n’a pas confirmé l’écriture.",
    ),
    (
        "Too many entries are waiting to be written at this moment.",
        "Trop d’écritures attendent en ce moment.",
    ),
    (
        "The spreadsheet has the ten million cells that Google allows. Delete old rows of audit_log or tabs that nobody needs.",
        "Le tableur a atteint les dix millions de cellules que Google autorise. Supprimez d’anciennes lignes de audit_log ou des onglets inutiles.",
    ),
    (
        "The spreadsheet refuses this entry.",
        "Le tableur refuse cette écriture.",
    ),
    (
        "Send it again: it is safe, the same entry never counts twice.",
        "Renvoyez sans crainte : la même saisie ne compte jamais deux fois.",
    ),
];

/// Sentence of an [`Error`] in `language`; a sentence that is not in the table is returned unchanged.
pub fn translate(sentence: &str, language: Language) -> Cow<'_, str> {
    language.choose(french(sentence), Cow::Borrowed(sentence))
}

fn french(sentence: &str) -> Cow<'_, str> {
    let known = TRANSLATIONS.iter().find(|(english, _)| *english == sentence);
    known.map_or(Cow::Borrowed(sentence), |(_, french)| Cow::Borrowed(french))
}

impl Error {
    /// Text of the error in `language`.
    pub fn text(&self, language: Language) -> ErrorText<'_> {
        let sentences = [&self.heading, &self.happened, &self.safety, &self.next].map(|sentence| &**sentence);
        let [heading, happened, safety, next] = match language {
            Language::English => sentences.map(Cow::Borrowed),
            Language::French => sentences.map(french),
        };
        let text = ErrorText {
            heading,
            happened,
            safety,
            next,
        };
        match language {
            Language::English => text,
            Language::French => self.with_names(text),
        }
    }

    /// Adds the French sentences that contain values: seconds, field names, tab and header names.
    fn with_names<'a>(&self, text: ErrorText<'a>) -> ErrorText<'a> {
        if let Some(seconds) = self
            .retry_after
            .filter(|_| self.status == StatusCode::TOO_MANY_REQUESTS)
        {
            // Only a request that writes says whether its input is safe.
            let next = match text.safety.is_empty() {
                true => format!("Attendez {seconds} secondes et réessayez."),
                false => format!(
                    "Attendez {seconds} secondes, revenez en arrière et renvoyez. L’envoi ne comptera pas deux fois."
                ),
            };
            return ErrorText {
                next: next.into(),
                ..text
            };
        }
        if !self.conflicts.is_empty() {
            let happened = format!("Quelqu’un a modifié {} entre-temps.", self.conflicting_fields());
            return ErrorText {
                happened: happened.into(),
                ..text
            };
        }
        let cause = self.cause.as_deref();
        if let Some(UnknownHost(host)) = cause.and_then(|cause| cause.downcast_ref()) {
            let happened = format!("La demande vise l’hôte « {host} », que Tallyboard ne connaît pas.");
            return ErrorText {
                happened: happened.into(),
                ..text
            };
        }
        let of_key = match cause.and_then(|cause| cause.downcast_ref::<CommitError>()) {
            Some(CommitError::KeyReused { id, .. }) => Some(format!(
                "Cette clé a déjà été envoyée avec un autre contenu, enregistré sous « {id} »."
            )),
            Some(CommitError::NoSuchRow { id, .. }) if self.code == "idempotency_row_deleted" => Some(format!(
                "Cette clé a déjà été envoyée, enregistrée sous « {id} », et cette ligne a été supprimée depuis."
            )),
            _ => None,
        };
        if let Some(happened) = of_key {
            return ErrorText {
                happened: happened.into(),
                ..text
            };
        }
        let (happened, next) = match cause.and_then(|cause| cause.downcast_ref::<ReadError>()) {
            Some(ReadError::TabMissing(title)) => (
                format!("Le tableur n’a pas d’onglet « {title} » : il a été supprimé ou renommé."),
                format!("Renommez l’onglet en « {title} », ou lancez `tallyboard check` pour en créer un vide."),
            ),
            Some(ReadError::Headers(problems)) => {
                let wanted: Vec<String> = problems
                    .iter()
                    .map(|problem| format!("« {} »", problem.required()))
                    .collect();
                let wanted = wanted.join(", ");
                (
                    format!("La ligne 1 n’a pas, ou a deux fois, l’en-tête {wanted}."),
                    format!("Écrivez {wanted} une seule fois dans la ligne 1 de l’onglet."),
                )
            }
            _ => return text,
        };
        ErrorText {
            happened: happened.into(),
            next: next.into(),
            ..text
        }
    }
}

#[cfg(test)]
mod tests {
    use sheets_store::StorageProblem;

    use super::*;
    use crate::error::FieldConflict;

    #[test]
    fn every_sentence_of_every_error_has_its_french() {
        let errors = [
            Error::not_found(),
            Error::invalid(Vec::new()),
            Error::invalid_query(Vec::new()),
            Error::unreadable_address(),
            Error::unreadable("The form contains something that is not text."),
            Error::foreign_origin(),
            Error::too_many(7),
            Error::unknown_host(UnknownHost("board.example".to_owned())),
            Error::unclear_host(),
            Error::body_too_slow(),
            Error::too_many_reads(7),
            Error::too_much_work(7),
            Error::address_too_long(),
            Error::too_large(),
            Error::unsupported_media_type(),
            Error::method_not_allowed(),
            Error::unreadable("The form breaks off, or its parts cannot be told from each other."),
            Error::changed_meanwhile(CommitError::Busy),
            Error::conflicting(vec![FieldConflict {
                field: "client",
                seen: "a".into(),
                found: "b".into(),
                wanted: "c".into(),
            }]),
            Error::repeated_id(CommitError::Busy),
            Error::internal("secret"),
            ReadError::Unreachable("secret".to_owned()).into(),
            ReadError::TabMissing("deals").into(),
            CommitError::NotWritten("secret".to_owned()).into(),
            CommitError::Unknown("secret".to_owned()).into(),
            CommitError::NotStored(StorageProblem::DiskFull).into(),
            CommitError::NotStored(StorageProblem::DiskFailed).into(),
            CommitError::Refused("secret".to_owned()).into(),
            full(),
            CommitError::Busy.into(),
            CommitError::Closed(ReadError::TabMissing("deals")).into(),
        ];
        for error in errors {
            let (english, french) = (error.text(Language::English), error.text(Language::French));
            let pairs = [
                (english.heading, french.heading),
                (english.happened, french.happened),
                (english.safety, french.safety),
                (english.next, french.next),
            ];
            for (english, french) in pairs.into_iter().filter(|(english, _)| !english.is_empty()) {
                assert_ne!(english, french, "{}", error.code);
                assert!(!french.contains("secret"), "{french}");
            }
        }
    }

    /// Error with Google's message about the cell limit.
    pub(crate) fn full() -> Error {
        let reason = "Invalid requests[1].insertDimension: This action would increase the number of cells in the \
                      workbook above the limit of 10000000 cells.";
        CommitError::Refused(reason.to_owned()).into()
    }

    #[test]
    fn a_spreadsheet_without_room_is_told_with_the_cure() {
        assert_eq!(full().code, "spreadsheet_full");
        for language in Language::ALL {
            assert!(full().text(language).happened.contains("audit_log"));
        }
    }

    #[test]
    fn a_missing_tab_is_named() {
        let error = Error::from(ReadError::TabMissing("deals"));
        let text = error.text(Language::French);
        assert!(text.happened.contains("« deals »"), "{}", text.happened);
    }
}
