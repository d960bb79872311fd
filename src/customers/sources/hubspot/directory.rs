//! Directory of names for the ids in HubSpot records: owners, pipelines, stages.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{HubSpot, joined};
use crate::customers::sources::{
    Failure,
    event::DealStatus,
    reading::{Record, id_text, records},
    transport::Request,
};

/// Names of owners, stages and pipelines by id.
#[derive(Default)]
pub(super) struct Directory {
    pub(super) owners: HashMap<String, Owner>,
    pub(super) stages: HashMap<String, Stage>,
    pub(super) pipelines: HashMap<String, String>,
    /// Lists that the key may not read; records then keep ids.
    pub(super) withheld: Vec<(&'static str, Failure)>,
}

pub(super) struct Owner {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

pub(super) struct Stage {
    pub(super) label: Option<String>,
    pub(super) status: DealStatus,
    pub(super) probability: Option<Decimal>,
}

impl Directory {
    /// Reads owners and pipelines.
    pub(super) async fn of(hubspot: &HubSpot) -> Result<Self, Failure> {
        let mut directory = Self::default();
        let owners = directory.read_owners(hubspot).await;
        directory.unless_withheld("owners", owners)?;
        for of in ["deals", "tickets"] {
            let pipelines = directory.read_pipelines(hubspot, of).await;
            directory.unless_withheld("pipelines", pipelines)?;
        }
        Ok(directory)
    }

    fn unless_withheld(&mut self, what: &'static str, read: Result<(), Failure>) -> Result<(), Failure> {
        match read {
            Err(failure @ (Failure::NotAllowed { .. } | Failure::Refused { .. })) => {
                self.withheld.push((what, failure));
                Ok(())
            }
            other => other,
        }
    }

    async fn read_owners(&mut self, hubspot: &HubSpot) -> Result<(), Failure> {
        let mut after: Option<String> = None;
        loop {
            let answer = hubspot.transport.send(hubspot.owners_after(after.as_deref())).await?;
            for owner in records(&hubspot.transport, "owners", &answer, "/results")? {
                let Ok(id) = owner.id("/id") else { continue };
                let name = joined(&owner, ["/firstName", "/lastName"]);
                let email = owner.text("/email");
                self.owners.insert(id, Owner { name, email });
            }
            let next = answer.pointer("/paging/next/after").and_then(id_text);
            if next.is_none() || next == after {
                return Ok(());
            }
            after = next;
        }
    }

    async fn read_pipelines(&mut self, hubspot: &HubSpot, of: &'static str) -> Result<(), Failure> {
        let request = Request::get("pipelines", &hubspot.path("pipelines", of));
        let answer = hubspot.transport.send(request).await?;
        for pipeline in records(&hubspot.transport, "pipelines", &answer, "/results")? {
            let Ok(id) = pipeline.id("/id") else { continue };
            self.pipelines.extend(pipeline.text("/label").map(|label| (id, label)));
            for stage in pipeline.list("/stages") {
                let Ok(id) = stage.id("/id") else { continue };
                self.stages.insert(id, Stage::of(&stage));
            }
        }
        Ok(())
    }
}

impl Stage {
    /// Parses a stage. `isClosed` and `probability` are strings in the response; a closed stage with probability 1 is
    /// won.
    pub(super) fn of(stage: &Record<'_>) -> Self {
        let probability = stage.number("/metadata/probability");
        let status = match (stage.flag("/metadata/isClosed"), probability) {
            (Some(true), Some(likely)) if likely.is_zero() => DealStatus::Lost,
            (Some(true), Some(likely)) if likely == Decimal::ONE => DealStatus::Won,
            (Some(true), _) => DealStatus::Unknown,
            (None, Some(likely)) if likely == Decimal::ONE => DealStatus::Won,
            (None, Some(likely)) if likely.is_zero() => DealStatus::Lost,
            _ => DealStatus::Open,
        };
        Self {
            label: stage.text("/label"),
            status,
            probability,
        }
    }
}
