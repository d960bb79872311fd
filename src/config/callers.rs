//! Settings for callers: host names, connections and live streams.

use web::server::{
    hosts::{AllowedHost, HostNames},
    seats::SeatLimits,
};

use crate::config::{ConfigError, Listen, Lookup, invalid_setting, number_within};

/// Limits for callers.
#[derive(Clone, Debug)]
pub struct CallerSettings {
    /// Host names under which the program answers.
    pub hosts: HostNames,
    /// Number of connections.
    pub connections: SeatLimits,
    /// Number of live streams.
    pub streams: SeatLimits,
}

/// More connections than any host allows one process.
const MAX_CALLERS: usize = 1_000_000;
/// Open files that are left for everything but connections of callers: the spreadsheet, Google, vendors, mail.
const OTHER_FILES: u64 = 128;

impl CallerSettings {
    /// These limits, lowered where the system allows only `files` open files. Half of the connections is then for streams,
    /// and one address gets half of each.
    pub(crate) fn within_open_files(mut self, files: u64) -> Self {
        let room = usize::try_from(files.saturating_sub(OTHER_FILES).max(1)).unwrap_or(usize::MAX);
        if room < self.connections.in_all {
            self.connections.in_all = room;
            self.streams.in_all = self.streams.in_all.min(room / 2);
            if self.connections.per_network != usize::MAX {
                self.connections.per_network = self.connections.per_network.min(room.div_ceil(2));
            }
            self.streams.per_network = self.streams.per_network.min(room / 4);
        }
        self
    }
}

/// Reads the limits. `public_url` is the checked setting `PUBLIC_URL`. Behind a proxy every connection has the proxy's
/// address, so that connections are then counted in all only.
pub(crate) fn read(
    setting: Lookup<'_>,
    listen: &Listen,
    public_url: Option<&str>,
    trusted_proxies: usize,
) -> Result<CallerSettings, ConfigError> {
    const PER_ADDRESS: &str = "MAX_CONNECTIONS_PER_ADDRESS";
    let count = |name, default, least| number_within(setting, name, default, least..=MAX_CALLERS);
    if trusted_proxies > 0 && setting(PER_ADDRESS).is_some() {
        return Err(ConfigError(format!(
            "{PER_ADDRESS} is set, but behind a proxy (TRUSTED_PROXIES is {trusted_proxies}) every connection has the \
             proxy’s address. Remove it, or set TRUSTED_PROXIES to 0."
        )));
    }
    let per_network = count(PER_ADDRESS, 1_024, 1)?;
    Ok(CallerSettings {
        hosts: HostNames::new(listen.host, allowed_hosts(setting, public_url)?),
        connections: SeatLimits {
            in_all: count("MAX_CONNECTIONS", 4_000, 1)?,
            per_network: if trusted_proxies == 0 { per_network } else { usize::MAX },
        },
        streams: SeatLimits {
            in_all: count("MAX_STREAMS", 2_000, 0)?,
            per_network: count("MAX_STREAMS_PER_ADDRESS", 256, 0)?,
        },
    })
}

/// Host of `PUBLIC_URL`, and the names in `ALLOWED_HOSTS`.
fn allowed_hosts(setting: Lookup<'_>, public_url: Option<&str>) -> Result<Vec<AllowedHost>, ConfigError> {
    let public = public_url
        .and_then(|url| url.parse::<axum::http::Uri>().ok())
        .and_then(|url| url.host().map(str::to_owned));
    let mut allowed = Vec::new();
    if let Some(host) = public {
        let parsed = host.parse().map_err(|_| {
            invalid_setting(
                "PUBLIC_URL",
                public_url.unwrap_or_default(),
                "an address such as https://board.example.com",
            )
        });
        allowed.push(parsed?);
    }
    let list = setting("ALLOWED_HOSTS").unwrap_or_default();
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let parsed = name.parse().map_err(|_| {
            let wanted = "a list of host names, with commas between them, such as board.example.com, *.example.com: \
                          without https://, port or path, and with * only in front of a dot";
            ConfigError(format!("ALLOWED_HOSTS holds “{name}”, but must be {wanted}."))
        });
        allowed.push(parsed?);
    }
    Ok(allowed)
}
