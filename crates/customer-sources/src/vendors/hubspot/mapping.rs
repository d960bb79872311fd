//! Mapping of `HubSpot` records to observations and events.

use std::collections::{BTreeSet, HashMap};

use crate::{
    email::Email,
    event::{CustomerEvent, Deal, DealStatus, EventDetail, Ticket},
    lenient_json::{JsonRecord, RejectionReason},
    observation::{FieldName, Observation, Presence},
    subject::{Subject, SubjectKind},
    vendors::hubspot::{ObjectType, directory::NameDirectory, joined, kind_of},
};

/// Mapper for the records of one page.
pub(crate) struct RecordMapper<'a> {
    pub(crate) object: &'a ObjectType,
    pub(crate) directory: &'a NameDirectory,
    pub(crate) ties: &'a HashMap<String, Vec<Subject>>,
    pub(crate) is_archived: bool,
}

impl RecordMapper<'_> {
    fn observation(&self, record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
        let id = record.id("/id")?;
        let mut seen = Observation::about(kind_of(self.object.name).id(&id));
        seen.belongs_to = self.tied(record, &id);
        seen.updated_at = record
            .time("/updatedAt")
            .or_else(|| record.time(&property(self.object.modified)));
        if self.is_archived || record.flag("/archived") == Some(true) {
            seen.presence = Presence::Removed;
        }
        seen.add(FieldName::Phone, record.text("/properties/phone"));
        seen.add(FieldName::Country, record.text("/properties/country"));
        seen.add(FieldName::LifecycleStage, record.text("/properties/lifecyclestage"));
        seen.add(FieldName::CreatedAt, record.time("/properties/createdate"));
        let owner = record.id_at("/properties/hubspot_owner_id");
        let known = owner.as_ref().and_then(|id| self.directory.owners.get(id));
        let named = known.and_then(|owner| owner.name.clone().or_else(|| owner.email.clone()));
        seen.add(FieldName::AccountManager, named.or(owner));
        seen.add(
            FieldName::AccountManagerEmail,
            known.and_then(|owner| owner.email.clone()),
        );
        Ok(seen)
    }

    pub(crate) fn contact(&self, record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
        let mut contact = self.observation(record)?;
        contact.add_email(record.email("/properties/email"));
        for more in record
            .text("/properties/hs_additional_emails")
            .iter()
            .flat_map(|more| more.split(';'))
        {
            contact.add_email(Email::of(more));
        }
        contact.name = joined(record, ["/properties/firstname", "/properties/lastname"]);
        contact.company = record.plain_text("/properties/company");
        let company = record
            .id_at("/properties/associatedcompanyid")
            .map(|id| SubjectKind::Company.id(id));
        contact
            .belongs_to
            .extend(company.filter(|company| !contact.belongs_to.contains(company)));
        contact.add(FieldName::Language, record.text("/properties/hs_language"));
        others(record, &mut contact, &["jobtitle", "hs_lead_status"]);
        Ok(contact)
    }

    pub(crate) fn company(&self, record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
        let mut company = self.observation(record)?;
        company.company = record.plain_text("/properties/name");
        company.add(FieldName::Domain, record.text("/properties/domain"));
        others(record, &mut company, &["industry"]);
        for name in ["numberofemployees", "annualrevenue"] {
            company.add(FieldName::Other(name.to_owned()), record.number(&property(name)));
        }
        Ok(company)
    }

    pub(crate) fn deal(&self, record: &JsonRecord<'_>) -> Result<CustomerEvent, RejectionReason> {
        let stage_id = record.id_at("/properties/dealstage");
        let stage = stage_id.as_ref().and_then(|id| self.directory.stages.get(id));
        let pipeline = record.id_at("/properties/pipeline");
        let owner = record.id_at("/properties/hubspot_owner_id");
        let seller = owner
            .as_ref()
            .and_then(|id| self.directory.owners.get(id)?.name.clone());
        let status = if self.is_archived {
            DealStatus::Removed
        } else {
            stage.map_or(DealStatus::Unknown, |stage| stage.status)
        };
        let detail = Deal {
            name: record.plain_text("/properties/dealname"),
            pipeline: pipeline.map(|id| self.directory.pipelines.get(&id).cloned().unwrap_or(id)),
            stage: stage.and_then(|stage| stage.label.clone()).or(stage_id),
            status,
            amount: record.number("/properties/amount"),
            currency: record.currency("/properties/deal_currency_code"),
            probability: record
                .number("/properties/hs_deal_stage_probability")
                .or_else(|| stage?.probability),
            closes_at: record.time("/properties/closedate"),
            owner: seller.or(owner),
        };
        self.event(record, EventDetail::Deal(detail))
    }

    pub(crate) fn ticket(&self, record: &JsonRecord<'_>) -> Result<CustomerEvent, RejectionReason> {
        let stage_id = record.id_at("/properties/hs_pipeline_stage");
        let stage = stage_id
            .as_ref()
            .and_then(|id| self.directory.stages.get(id)?.label.clone());
        let detail = Ticket {
            title: record.plain_text("/properties/subject"),
            state: stage.or(stage_id),
            priority: record.text("/properties/hs_ticket_priority"),
            open: Some(record.time("/properties/closed_date").is_none()),
        };
        self.event(record, EventDetail::Ticket(detail))
    }

    fn event(&self, record: &JsonRecord<'_>, detail: EventDetail) -> Result<CustomerEvent, RejectionReason> {
        let id = record.id("/id")?;
        let mut event = CustomerEvent::new(&id, detail);
        event.about = self.tied(record, &id);
        event.at = record
            .time("/properties/createdate")
            .or_else(|| record.time("/createdAt"));
        event.updated_at = record
            .time("/updatedAt")
            .or_else(|| record.time(&property(self.object.modified)));
        Ok(event)
    }

    fn tied(&self, record: &JsonRecord<'_>, id: &str) -> Vec<Subject> {
        let mut tied: BTreeSet<Subject> = BTreeSet::new();
        for to in self.object.tied_to {
            for end in record.list(&format!("/associations/{to}/results")) {
                tied.extend(end.id_at("/id").map(|id| kind_of(to).id(id)));
            }
        }
        tied.extend(self.ties.get(id).into_iter().flatten().cloned());
        tied.into_iter().collect()
    }
}

fn property(name: &str) -> String {
    format!("/properties/{name}")
}

fn others(record: &JsonRecord<'_>, seen: &mut Observation, names: &[&str]) {
    for name in names {
        seen.add(FieldName::Other((*name).to_owned()), record.text(&property(name)));
    }
}
