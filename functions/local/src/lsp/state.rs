//! The texts an editor has open, and the mistakes found in them.

use super::position::Lines;
use crate::serve::host_clock;
use dsl::check::check;
use dsl::diagnostic::{Diagnostic, Severity};
use lsp_server::Notification;
use lsp_types::notification::{Notification as _, PublishDiagnostics};
use lsp_types::{
    DiagnosticSeverity, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    NumberOrString, PublishDiagnosticsParams, Uri,
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
}

/// All of them, by address.
#[derive(Debug, Default)]
pub(super) struct State {
    open: BTreeMap<String, Open>,
}

impl State {
    /// The text of an address.
    pub(super) fn text(&self, uri: &Uri) -> Option<&str> {
        self.open.get(uri.as_str()).map(|open| open.text.as_str())
    }

    pub(super) fn open(&mut self, opened: DidOpenTextDocumentParams) {
        let document = opened.text_document;
        let key = document.uri.as_str().to_owned();
        let open = Open { uri: document.uri, version: document.version, text: document.text, changed: true };
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

    /// Forgets a text; its mistakes are taken back.
    pub(super) fn close(&mut self, closed: DidCloseTextDocumentParams) -> Notification {
        let uri = closed.text_document.uri;
        self.open.remove(uri.as_str());
        Notification::new(
            PublishDiagnostics::METHOD.to_owned(),
            PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None },
        )
    }

    /// The mistakes of every text that changed since they were last told.
    pub(super) fn overdue(&mut self) -> Vec<Notification> {
        let changed = self.open.values_mut().filter(|open| open.changed);
        changed
            .map(|open| {
                open.changed = false;
                let lines = Lines::new(&open.text);
                let found = mistakes(&open.text);
                let diagnostics = found.iter().map(|found| as_lsp(found, &lines)).collect();
                let told = PublishDiagnosticsParams {
                    uri: open.uri.clone(),
                    diagnostics,
                    version: Some(open.version),
                };
                Notification::new(PublishDiagnostics::METHOD.to_owned(), told)
            })
            .collect()
    }
}

/// What `merit check` would say.
pub(super) fn mistakes(text: &str) -> Vec<Diagnostic> {
    check(text.as_bytes(), Some(host_clock()())).diagnostics
}

/// A mistake as editors show it: what is wrong, and below it what to write.
pub(super) fn as_lsp(found: &Diagnostic, lines: &Lines<'_>) -> lsp_types::Diagnostic {
    let message = match &found.help {
        Some(help) => format!("{}\n{help}", found.message),
        None => found.message.clone(),
    };
    lsp_types::Diagnostic {
        range: lines.range(found.place),
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
