//! Classification of a read: unchanged, extended by added rows, or changed.

use std::sync::{Arc, atomic::Ordering};

use jiff::Timestamp;

use crate::read::{
    blocking::run_blocking,
    dataset::{Dataset, DecodeContext, FullRead, Snapshot, TabRows},
    reader::Reader,
};

impl Reader {
    /// Compares a read with the previous snapshot, and extends or decodes the dataset.
    pub(crate) async fn classify<D: Dataset>(
        &self,
        previous: Option<Arc<Snapshot<D>>>,
        tabs: Vec<TabRows>,
        full: FullRead,
        read_at: Timestamp,
    ) -> Snapshot<D> {
        let mut decoding = DecodeContext {
            zone: self.clock.zone().clone(),
            findings: Vec::new(),
        };
        let snapshot = run_blocking(move || {
            let base = previous.filter(|previous| all_continue(&tabs, &previous.tabs));
            if let Some(base) = &base
                && base.tabs.iter().zip(&tabs).all(|(then, now)| then.len() == now.len())
            {
                return base.read_again(read_at, tabs, full);
            }
            let rows = tabs.iter().map(TabRows::len).sum();
            let extended = base.and_then(|base| extend_dataset(&base, &tabs, &mut decoding));
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
        let mut snapshot = snapshot.await;
        if snapshot.version == 0 {
            snapshot.version = self.version.fetch_add(1, Ordering::SeqCst) + 1;
        }
        snapshot
    }
}

fn all_continue(now: &[TabRows], then: &[TabRows]) -> bool {
    now.iter().zip(then).all(|(now, then)| now.continues(then))
}

type ExtendedDataset<D> = (D, Vec<crate::finding::Finding>, Option<u64>);

fn extend_dataset<D: Dataset>(
    base: &Snapshot<D>,
    tabs: &[TabRows],
    decoding: &mut DecodeContext,
) -> Option<ExtendedDataset<D>> {
    let first_new = |tab: &TabRows| u32::try_from(tab.len() + 2).unwrap_or(u32::MAX);
    let added_from: Vec<u32> = base.tabs.iter().map(first_new).collect();
    let data = D::extend(&base.data, tabs, &added_from, decoding)?;
    let mut findings = base.findings.to_vec();
    findings.append(&mut decoding.findings);
    Some((data, findings, Some(base.version)))
}
