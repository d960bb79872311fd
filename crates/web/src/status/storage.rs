//! Sentences about a disk that does not store what is written, for the operator.

use domain::language::Language;
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::StorageProblem;

/// Why nothing can be stored, and what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StorageTrouble {
    /// The problem.
    pub problem: StorageProblem,
    /// What happened, in one sentence.
    pub happened: &'static str,
    /// What helps.
    pub next: &'static str,
}

impl StorageTrouble {
    /// Sentences about `problem` in a language.
    pub fn of(problem: StorageProblem, language: Language) -> Self {
        let (happened, next) = match problem {
            StorageProblem::DiskFull => (
                language.choose("Le disque de DATA_DIR est plein.", "The disk of DATA_DIR is full."),
                language.choose(
                    "Libérez de la place : la prochaine saisie sera alors écrite, sans redémarrage.",
                    "Free some space: the next entry is then written, without a restart.",
                ),
            ),
            StorageProblem::NotWritable => (
                language.choose(
                    "Le dossier DATA_DIR n’est pas accessible en écriture.",
                    "The folder DATA_DIR cannot be written.",
                ),
                language.choose(
                    "Rendez-le à l’utilisateur du programme, ou montez-le en écriture : la prochaine saisie sera alors écrite, sans redémarrage.",
                    "Give it to the user of the program, or mount it writable: the next entry is then written, without a restart.",
                ),
            ),
            StorageProblem::DiskFailed => (
                language.choose("Le disque de DATA_DIR est défaillant.", "The disk of DATA_DIR fails."),
                language.choose(
                    "Le journal nomme l’erreur. Vérifiez le disque : la prochaine saisie essaie de nouveau, sans redémarrage.",
                    "The log names the error. Check the disk: the next entry tries again, without a restart.",
                ),
            ),
            StorageProblem::Damaged => (
                language.choose(
                    "Le fichier de DATA_DIR est endommagé.",
                    "The file in DATA_DIR is damaged.",
                ),
                language.choose(
                    "N’arrêtez pas le programme : il récrit le fichier de mémoire à la prochaine saisie. Vérifiez le disque.",
                    "Do not stop the program: it writes the file anew from memory with the next entry. Check the disk.",
                ),
            ),
        };
        Self {
            problem,
            happened,
            next,
        }
    }
}
