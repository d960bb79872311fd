//! Editing of deals: forms, REST, quick actions, undo, edit conflicts and automatic corrections.

pub(crate) mod actions;
pub(crate) mod api;
pub(crate) mod auto_correct;
pub(crate) mod changes;
pub(crate) mod conflict;
pub(crate) mod form;
pub(crate) mod input;
pub(crate) mod notice;
pub(crate) mod request;
pub(crate) mod schemas;
pub(crate) mod undo;
pub(crate) mod update;
pub(crate) mod update_input;
