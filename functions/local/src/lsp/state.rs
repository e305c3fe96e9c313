//! The texts an editor has open, and the mistakes found in them and in what is one programme with them.

use super::position::Lines;
use super::whole::{Places, Whole, bases};
use crate::serve::host_clock;
use dsl::check::check;
use dsl::diagnostic::{Diagnostic, Severity};
use lsp_server::Notification;
use lsp_types::notification::{Notification as _, PublishDiagnostics};
use lsp_types::{
    DiagnosticSeverity, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    NumberOrString, PublishDiagnosticsParams, Range, TextDocumentItem as Document, Uri,
};
use std::collections::BTreeMap;

/// An open text.
#[derive(Debug)]
pub(super) struct Open {
    uri: Uri,
    version: i32,
    pub(super) text: String,
    /// True while its mistakes are not known.
    changed: bool,
    /// The folder it was of when they were last told.
    base: Option<String>,
}

/// All of them, by address.
#[derive(Debug, Default)]
pub(super) struct State {
    open: BTreeMap<String, Open>,
    /// Files that are not open and of which mistakes were told, by address.
    told: BTreeMap<String, Uri>,
}

impl State {
    /// The text of an address, with what is one programme with it.
    pub(super) fn whole(&self, uri: &Uri) -> Option<Whole> {
        let open = self.open.get(uri.as_str())?;
        let texts = self.open.iter().map(|(uri, open)| (uri.as_str(), open.text.as_str())).collect();
        Some(Whole::of(uri, &open.text, &texts))
    }

    pub(super) fn open(&mut self, opened: DidOpenTextDocumentParams) {
        let document = opened.text_document;
        let key = document.uri.as_str().to_owned();
        let Document { uri, version, text, .. } = document;
        let open = Open { uri, version, text, changed: true, base: None };
        self.told.remove(&key);
        self.open.insert(key, open);
    }

    /// Changes come one after the other; each counts in the text the one before left.
    pub(super) fn change(&mut self, changed: DidChangeTextDocumentParams) {
        let Some(open) = self.open.get_mut(changed.text_document.uri.as_str()) else { return };
        for change in changed.content_changes {
            match change.range {
                None => open.text = change.text,
                Some(range) => {
                    let lines = Lines::new(&open.text);
                    let start = lines.offset(range.start);
                    let end = lines.offset(range.end).max(start);
                    open.text.replace_range(start..end, &change.text);
                }
            }
        }
        open.version = changed.text_document.version;
        open.changed = true;
    }

    /// Forgets a text; its mistakes are taken back, and those of what was one programme with it are looked for anew.
    pub(super) fn close(&mut self, closed: DidCloseTextDocumentParams) -> Vec<Notification> {
        let uri = closed.text_document.uri;
        self.open.remove(uri.as_str());
        let mut taken_back = vec![told(uri.clone(), Vec::new(), None)];
        for (base, _) in bases(uri.as_str()) {
            taken_back.extend(self.take_back(base, &[]));
            for open in self.open.values_mut().filter(|open| open.uri.as_str().starts_with(base)) {
                open.changed = true;
            }
        }
        taken_back
    }

    /// Takes back the mistakes of files below an address that are not open and not among these.
    fn take_back(&mut self, base: &str, kept: &[&str]) -> Vec<Notification> {
        let gone = |uri: &str| uri.starts_with(base) && !kept.contains(&uri);
        let back = self.told.iter().filter(|(uri, _)| gone(uri));
        let back: Vec<Notification> = back.map(|(_, uri)| told(uri.clone(), Vec::new(), None)).collect();
        self.told.retain(|uri, _| !gone(uri));
        back
    }

    /// The mistakes of every text that changed since they were last told, and of all that is one programme with it.
    pub(super) fn overdue(&mut self) -> Vec<Notification> {
        let changed = self.open.values().filter(|open| open.changed);
        let mut changed: Vec<Uri> = changed.map(|open| open.uri.clone()).collect();
        let mut notifications = Vec::new();
        while let Some(uri) = changed.pop() {
            let Some(whole) = self.whole(&uri) else { continue };
            let places = Places::of(&whole);
            let mut found: Vec<Vec<lsp_types::Diagnostic>> = vec![Vec::new(); whole.parts.len()];
            for mistake in mistakes(&whole.text) {
                if let Some(list) = found.get_mut(places.part(mistake.place)) {
                    list.push(as_lsp(&mistake, places.range(mistake.place)));
                }
            }
            let with: Vec<&str> = whole.parts.iter().map(|part| part.uri.as_str()).collect();
            changed.retain(|other| !with.contains(&other.as_str()));
            // what was one programme with it and is not any more
            let bases: Vec<&str> = bases(uri.as_str()).into_iter().map(|(base, _)| base).collect();
            for open in self.open.values_mut() {
                let was = open.base.as_deref().is_some_and(|base| bases.contains(&base));
                if was && !with.contains(&open.uri.as_str()) {
                    open.base = None;
                    changed.push(open.uri.clone());
                }
            }
            match &whole.base {
                Some(base) => notifications.extend(self.take_back(base, &with)),
                // it may have been of a programme that is none any more
                None => {
                    for base in bases {
                        notifications.extend(self.take_back(base, &[]));
                    }
                }
            }
            for (part, found) in whole.parts.iter().zip(found) {
                let key = part.uri.as_str();
                let version = self.open.get_mut(key).map(|open| {
                    open.changed = false;
                    open.base.clone_from(&whole.base);
                    open.version
                });
                let known = self.told.remove(key).is_some();
                if version.is_none() && !found.is_empty() {
                    self.told.insert(key.to_owned(), part.uri.clone());
                }
                if version.is_some() || known || !found.is_empty() {
                    notifications.push(told(part.uri.clone(), found, version));
                }
            }
        }
        notifications
    }
}

fn told(uri: Uri, diagnostics: Vec<lsp_types::Diagnostic>, version: Option<i32>) -> Notification {
    let told = PublishDiagnosticsParams { uri, diagnostics, version };
    Notification::new(PublishDiagnostics::METHOD.to_owned(), told)
}

/// What `merit check` would say.
pub(super) fn mistakes(text: &str) -> Vec<Diagnostic> {
    check(text.as_bytes(), Some(host_clock()())).diagnostics
}

/// A mistake as editors show it: what is wrong, and below it what to write.
pub(super) fn as_lsp(found: &Diagnostic, range: Range) -> lsp_types::Diagnostic {
    let message = match &found.help {
        Some(help) => format!("{}\n{help}", found.message),
        None => found.message.clone(),
    };
    lsp_types::Diagnostic {
        range,
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(found.code.clone())),
        source: Some("merit".to_owned()),
        message,
        ..lsp_types::Diagnostic::default()
    }
}
