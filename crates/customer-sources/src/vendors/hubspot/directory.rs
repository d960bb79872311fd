//! Directory of names for the ids in `HubSpot` records: owners, pipelines, stages.

use std::collections::HashMap;

use rust_decimal::Decimal;

use crate::{
    SourceError,
    client::ApiRequest,
    event::DealStatus,
    lenient_json::{JsonRecord, id_text, records},
    vendors::hubspot::{HubSpot, joined},
};

/// Names of owners, stages and pipelines by id.
#[derive(Default)]
pub(crate) struct NameDirectory {
    pub(crate) owners: HashMap<String, Owner>,
    pub(crate) stages: HashMap<String, Stage>,
    pub(crate) pipelines: HashMap<String, String>,
    /// Lists that the key may not read; records then keep ids.
    pub(crate) withheld: Vec<WithheldList>,
}

/// List that the key may not read.
pub(crate) struct WithheldList {
    pub(crate) what: &'static str,
    pub(crate) failure: SourceError,
}

pub(crate) struct Owner {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
}

pub(crate) struct Stage {
    pub(crate) label: Option<String>,
    pub(crate) status: DealStatus,
    pub(crate) probability: Option<Decimal>,
}

impl NameDirectory {
    /// Reads owners and pipelines.
    pub(crate) async fn of(hubspot: &HubSpot) -> Result<Self, SourceError> {
        let mut directory = Self::default();
        let owners = directory.read_owners(hubspot).await;
        directory.unless_withheld("owners", owners)?;
        for of in ["deals", "tickets"] {
            let pipelines = directory.read_pipelines(hubspot, of).await;
            directory.unless_withheld("pipelines", pipelines)?;
        }
        Ok(directory)
    }

    fn unless_withheld(&mut self, what: &'static str, read: Result<(), SourceError>) -> Result<(), SourceError> {
        match read {
            Err(failure @ (SourceError::NotAllowed { .. } | SourceError::Refused { .. })) => {
                self.withheld.push(WithheldList { what, failure });
                Ok(())
            }
            other => other,
        }
    }

    async fn read_owners(&mut self, hubspot: &HubSpot) -> Result<(), SourceError> {
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

    async fn read_pipelines(&mut self, hubspot: &HubSpot, of: &'static str) -> Result<(), SourceError> {
        let request = ApiRequest::get("pipelines", &hubspot.path("pipelines", of));
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
    pub(crate) fn of(stage: &JsonRecord<'_>) -> Self {
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
