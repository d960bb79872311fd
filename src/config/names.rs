//! Names of the settings, and names in the environment that are meant for one of them.

use std::{cell::RefCell, collections::BTreeSet};

use strsim::osa_distance;

use crate::config::{Config, Secrets};

/// Shortest name that is compared: shorter ones, such as `HOST`, are close to too many others.
const MIN_LENGTH: usize = 8;
/// Most single characters that a misspelt name has more, less, changed or swapped.
const MAX_SLIPS: usize = 2;

/// Names of all settings: what the configuration looks up when nothing is set.
pub(crate) fn all() -> BTreeSet<String> {
    let names = RefCell::new(BTreeSet::from(["SECRETS_FILE".to_owned()]));
    // The result does not matter: without any setting there are only defaults.
    let _ = Config::from_both(
        &|name| {
            names.borrow_mut().insert(name.to_owned());
            None
        },
        Secrets::default(),
    );
    names.into_inner()
}

/// Sentences about `variables` that are no settings, but are spelt almost like one. They only warn, because the
/// environment of a host also holds variables of other programs.
pub(crate) fn misspelt(variables: impl IntoIterator<Item = String>) -> Vec<String> {
    let settings = all();
    let meant = |variable: &str| {
        let upper = variable.to_uppercase();
        let closest = settings.iter().min_by_key(|setting| osa_distance(setting, &upper))?;
        let is_close = closest.len() >= MIN_LENGTH && osa_distance(closest, &upper) <= MAX_SLIPS;
        is_close.then(|| {
            format!("The environment has {variable}, which is no setting. If {closest} is meant, correct the name.")
        })
    };
    let unknown = variables.into_iter().filter(|variable| !settings.contains(variable));
    unknown.filter_map(|variable| meant(&variable)).collect()
}
