//! Classification of a read: unchanged, extended by added rows, or changed.

use std::sync::{Arc, atomic::Ordering};

use jiff::Timestamp;

use super::{
    super::{
        beside,
        dataset::{Dataset, Decoding, FullRead, Snapshot, TabRows},
    },
    Reader,
};

impl Reader {
    /// Compares a read with the previous snapshot, and extends or decodes the dataset.
    pub(super) async fn settle<D: Dataset>(
        &self,
        previous: Option<Arc<Snapshot<D>>>,
        (tabs, full): (Vec<TabRows>, FullRead),
        read_at: Timestamp,
    ) -> Snapshot<D> {
        let mut decoding = Decoding {
            zone: self.clock.zone().clone(),
            findings: Vec::new(),
        };
        let settled = beside(move || {
            let base = previous.filter(|previous| continues(&tabs, &previous.tabs));
            if let Some(base) = &base
                && base.tabs.iter().zip(&tabs).all(|(then, now)| then.len() == now.len())
            {
                return base.read_again(read_at, tabs, full);
            }
            let rows = tabs.iter().map(TabRows::len).sum();
            let extended = base.and_then(|base| extend(&base, &tabs, &mut decoding));
            let (data, findings, extends) = extended.unwrap_or_else(|| {
                decoding.findings.clear();
                let data = D::decode(tabs.clone(), &mut decoding);
                (data, decoding.findings, None)
            });
            Snapshot {
                data: Arc::new(data),
                findings: Arc::new(findings),
                read_at,
                version: 0,
                rows,
                extends,
                tabs,
                full,
            }
        });
        let mut settled = settled.await;
        if settled.version == 0 {
            settled.version = self.version.fetch_add(1, Ordering::SeqCst) + 1;
        }
        settled
    }
}

fn continues(now: &[TabRows], then: &[TabRows]) -> bool {
    now.iter().zip(then).all(|(now, then)| now.continues(then))
}

type Extended<D> = (D, Vec<crate::finding::Finding>, Option<u64>);

fn extend<D: Dataset>(base: &Snapshot<D>, tabs: &[TabRows], decoding: &mut Decoding) -> Option<Extended<D>> {
    let first_new = |tab: &TabRows| u32::try_from(tab.len() + 2).unwrap_or(u32::MAX);
    let added_from: Vec<u32> = base.tabs.iter().map(first_new).collect();
    let data = D::extend(&base.data, tabs, &added_from, decoding)?;
    let mut findings = base.findings.to_vec();
    findings.append(&mut decoding.findings);
    Some((data, findings, Some(base.version)))
}
