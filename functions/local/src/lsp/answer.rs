//! One answer per request: the protocol's words for what `dsl::editor` says.

use super::position::Lines;
use super::state::{State, as_lsp, mistakes};
use super::whole::{Places, Whole};
use dsl::editor::{Class, Document, Sort, Suggested, Symbol};
use dsl::model::Place;
use dsl::syntax::ast::Kind;
use lsp_server::{ErrorCode, Request};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams,
    CodeActionProviderCapability, CompletionItem, CompletionItemKind, CompletionList, CompletionOptions,
    CompletionParams, CompletionTextEdit, DocumentFormattingParams, DocumentHighlight, DocumentHighlightKind,
    DocumentHighlightParams, DocumentSymbol, DocumentSymbolParams, Documentation, GotoDefinitionParams,
    Hover, HoverContents, HoverParams, InitializeResult, Location, MarkupContent, MarkupKind, OneOf,
    Position, PrepareRenameResponse, ReferenceParams, RenameOptions, RenameParams, SemanticToken,
    SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensFullOptions,
    SemanticTokensLegend, SemanticTokensOptions, SemanticTokensParams, ServerCapabilities, ServerInfo,
    SymbolKind, TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind, TextEdit, Uri,
    WorkspaceEdit,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;

type Answer = Result<Value, (ErrorCode, String)>;

/// The classes of words, in the order of the legend.
const TYPES: [SemanticTokenType; 9] = [
    SemanticTokenType::COMMENT,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::KEYWORD,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::EVENT,
    SemanticTokenType::CLASS,
];

/// What this server can do.
pub(super) fn abilities() -> InitializeResult {
    let legend = SemanticTokensLegend {
        token_types: TYPES.to_vec(),
        token_modifiers: vec![SemanticTokenModifier::DECLARATION],
    };
    let kinds = vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL];
    InitializeResult {
        capabilities: ServerCapabilities {
            text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::INCREMENTAL)),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some([" ", ".", "[", "\""].map(str::to_owned).to_vec()),
                ..CompletionOptions::default()
            }),
            hover_provider: Some(true.into()),
            definition_provider: Some(OneOf::Left(true)),
            references_provider: Some(OneOf::Left(true)),
            document_highlight_provider: Some(OneOf::Left(true)),
            document_symbol_provider: Some(OneOf::Left(true)),
            document_formatting_provider: Some(OneOf::Left(true)),
            rename_provider: Some(OneOf::Right(RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: lsp_types::WorkDoneProgressOptions::default(),
            })),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(kinds),
                ..CodeActionOptions::default()
            })),
            semantic_tokens_provider: Some(
                SemanticTokensOptions {
                    legend,
                    full: Some(SemanticTokensFullOptions::Bool(true)),
                    ..SemanticTokensOptions::default()
                }
                .into(),
            ),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: "merit".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

/// Answers a request.
pub(super) fn answer(state: &State, request: Request) -> Answer {
    let Request { method, params, .. } = request;
    match method.as_str() {
        "textDocument/completion" => {
            let CompletionParams { text_document_position: at, .. } = read(params)?;
            on(state, &at.text_document.uri, |asked| to_value(asked.complete(at.position)))
        }
        "textDocument/hover" => {
            let HoverParams { text_document_position_params: at, .. } = read(params)?;
            on(state, &at.text_document.uri, |asked| to_value(asked.hover(at.position)))
        }
        "textDocument/definition" => {
            let GotoDefinitionParams { text_document_position_params: at, .. } = read(params)?;
            on(state, &at.text_document.uri, |asked| {
                to_value(asked.locations(&asked.document.definition(asked.places.byte(at.position))))
            })
        }
        "textDocument/references" => {
            let ReferenceParams { text_document_position: at, context, .. } = read(params)?;
            on(state, &at.text_document.uri, |asked| {
                let at = asked.places.byte(at.position);
                to_value(asked.locations(&asked.document.references(at, context.include_declaration)))
            })
        }
        "textDocument/documentHighlight" => {
            let DocumentHighlightParams { text_document_position_params: at, .. } = read(params)?;
            on(state, &at.text_document.uri, |asked| {
                let places = asked.document.references(asked.places.byte(at.position), true);
                let kind = Some(DocumentHighlightKind::TEXT);
                let own = places.iter().filter(|place| asked.places.is_own(**place));
                let shown = |place: &Place| DocumentHighlight { range: asked.places.range(*place), kind };
                to_value(own.map(shown).collect::<Vec<_>>())
            })
        }
        "textDocument/documentSymbol" => {
            let DocumentSymbolParams { text_document, .. } = read(params)?;
            on(state, &text_document.uri, |asked| {
                let symbols = asked.document.symbols();
                let own = symbols.iter().filter(|symbol| asked.places.is_own(symbol.place));
                to_value(own.map(|symbol| asked.symbol(symbol)).collect::<Vec<_>>())
            })
        }
        "textDocument/formatting" => {
            let DocumentFormattingParams { text_document, .. } = read(params)?;
            on(state, &text_document.uri, |asked| to_value(asked.format()))
        }
        "textDocument/prepareRename" => {
            let TextDocumentPositionParams { text_document, position } = read(params)?;
            on(state, &text_document.uri, |asked| {
                let found = asked.document.renamable(asked.places.byte(position));
                to_value(found.map(|(place, name)| PrepareRenameResponse::RangeWithPlaceholder {
                    range: asked.places.range(place),
                    placeholder: name.to_owned(),
                }))
            })
        }
        "textDocument/rename" => {
            let RenameParams { text_document_position: at, new_name, .. } = read(params)?;
            on(state, &at.text_document.uri, |asked| {
                let edits = asked.document.rename(asked.places.byte(at.position), &new_name);
                let edits = edits.map_err(|why| (ErrorCode::RequestFailed, why))?;
                to_value(asked.changes(edits.into_iter().map(|edit| (edit.place, edit.text))))
            })
        }
        "textDocument/codeAction" => {
            let actions: CodeActionParams = read(params)?;
            on(state, &actions.text_document.uri, |asked| to_value(asked.actions(&actions)))
        }
        "textDocument/semanticTokens/full" => {
            let SemanticTokensParams { text_document, .. } = read(params)?;
            on(state, &text_document.uri, |asked| to_value(asked.tokens()))
        }
        _ => Err((ErrorCode::MethodNotFound, format!("`{method}` is not known here"))),
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, (ErrorCode, String)> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

fn to_value(result: impl Serialize) -> Answer {
    serde_json::to_value(result).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

fn on(state: &State, uri: &Uri, answer: impl FnOnce(&Asked<'_>) -> Answer) -> Answer {
    let Some(whole) = state.whole(uri) else {
        return Err((ErrorCode::InvalidParams, format!("`{}` is not open", uri.as_str())));
    };
    answer(&Asked { whole: &whole, document: Document::read(&whole.text), places: Places::of(&whole) })
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

/// A text that is asked about, read with what is one programme with it.
struct Asked<'t> {
    whole: &'t Whole,
    document: Document<'t>,
    places: Places<'t>,
}

impl Asked<'_> {
    fn edit(&self, place: Place, text: String) -> TextEdit {
        TextEdit { range: self.places.range(place), new_text: text }
    }

    /// Edits, each in its file.
    #[allow(clippy::mutable_key_type)] // the protocol's own type: its address never changes
    fn changes(&self, edits: impl Iterator<Item = (Place, String)>) -> WorkspaceEdit {
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for (place, text) in edits {
            if let Some(location) = self.places.location(place) {
                let edit = TextEdit { range: location.range, new_text: text };
                changes.entry(location.uri).or_default().push(edit);
            }
        }
        WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
    }

    fn locations(&self, places: &[Place]) -> Vec<Location> {
        places.iter().filter_map(|place| self.places.location(*place)).collect()
    }

    fn complete(&self, position: Position) -> CompletionList {
        let found = self.document.complete(self.places.byte(position));
        let items = found.into_iter().enumerate().map(|(rank, one)| CompletionItem {
            kind: Some(match one.what {
                Suggested::Word => CompletionItemKind::KEYWORD,
                Suggested::Item => CompletionItemKind::MODULE,
                Suggested::Fact => CompletionItemKind::PROPERTY,
                Suggested::Event => CompletionItemKind::EVENT,
                Suggested::Choice => CompletionItemKind::ENUM_MEMBER,
                Suggested::Unit => CompletionItemKind::UNIT,
                Suggested::Name(sort) => match sort {
                    Sort::Item(Kind::Rule) => CompletionItemKind::FUNCTION,
                    Sort::Item(Kind::Event) => CompletionItemKind::EVENT,
                    Sort::Item(_) => CompletionItemKind::CLASS,
                    Sort::Field | Sort::Question => CompletionItemKind::FIELD,
                    _ => CompletionItemKind::ENUM_MEMBER,
                },
            }),
            detail: (!one.detail.is_empty()).then_some(one.detail),
            documentation: (!one.meaning.is_empty())
                .then(|| Documentation::MarkupContent(markdown(one.meaning))),
            // the order is a thought, not the alphabet
            sort_text: Some(format!("{rank:04}")),
            text_edit: Some(CompletionTextEdit::Edit(self.edit(one.place, one.label.clone()))),
            label: one.label,
            ..CompletionItem::default()
        });
        CompletionList { is_incomplete: false, items: items.collect() }
    }

    fn hover(&self, position: Position) -> Option<Hover> {
        let found = self.document.hover(self.places.byte(position))?;
        let range = Some(self.places.range(found.place));
        Some(Hover { contents: HoverContents::Markup(markdown(found.text)), range })
    }

    fn symbol(&self, symbol: &Symbol) -> DocumentSymbol {
        #[allow(deprecated)] // a field of the protocol that has to be there
        DocumentSymbol {
            name: symbol.name.clone(),
            detail: Some(symbol.detail.clone()),
            kind: match (symbol.sort, symbol.kind) {
                (Some(Sort::Item(Kind::Rule)), _) => SymbolKind::FUNCTION,
                (Some(Sort::Item(Kind::Event)), _) => SymbolKind::EVENT,
                (Some(Sort::Tier), _) => SymbolKind::ENUM_MEMBER,
                (Some(Sort::Field | Sort::Question), _) => SymbolKind::FIELD,
                (_, Kind::Programme) => SymbolKind::PACKAGE,
                (_, Kind::Tiers | Kind::Catalogue) => SymbolKind::ENUM,
                (_, Kind::Test) => SymbolKind::METHOD,
                _ => SymbolKind::CLASS,
            },
            tags: None,
            deprecated: None,
            range: self.places.range(symbol.place),
            selection_range: self.places.range(symbol.name_place),
            children: (!symbol.children.is_empty())
                .then(|| symbol.children.iter().map(|child| self.symbol(child)).collect()),
        }
    }

    /// The whole text in the one layout; no edit where it is in order, or does not parse.
    fn format(&self) -> Option<Vec<TextEdit>> {
        let text = &self.places.own()?.text;
        let formatted = dsl::fmt::format(text).ok()?;
        if formatted == *text {
            return Some(Vec::new());
        }
        let lines = Lines::new(text);
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Some(vec![TextEdit { range: lines.range(Place { start: 0, end }), new_text: formatted }])
    }

    /// The fixes of the mistakes that touch a range, and all fixes of the file at once.
    fn actions(&self, asked: &CodeActionParams) -> Vec<CodeActionOrCommand> {
        let (start, end) = (self.places.byte(asked.range.start), self.places.byte(asked.range.end));
        let wanted = |kind: &CodeActionKind| {
            asked.context.only.as_ref().is_none_or(|only| {
                only.iter().any(|only| {
                    kind == only
                        || kind.as_str().strip_prefix(only.as_str()).is_some_and(|rest| rest.starts_with('.'))
                })
            })
        };
        let mut found = mistakes(&self.whole.text);
        found.retain(|found| self.places.is_own(found.place));
        let mut actions = Vec::new();
        if wanted(&CodeActionKind::QUICKFIX) {
            for mistake in found.iter().filter(|found| found.place.start <= end && start <= found.place.end) {
                let Some(fix) = &mistake.fix else { continue };
                let title = match fix.text.as_str() {
                    "" => "delete it".to_owned(),
                    text => format!("write `{text}`"),
                };
                actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                    title,
                    kind: Some(CodeActionKind::QUICKFIX),
                    diagnostics: Some(vec![as_lsp(mistake, self.places.range(mistake.place))]),
                    edit: Some(self.changes(std::iter::once((fix.place, fix.text.clone())))),
                    is_preferred: Some(true),
                    ..CodeAction::default()
                }));
            }
        }
        if wanted(&CodeActionKind::SOURCE_FIX_ALL) {
            let mut edits: Vec<(Place, String)> = Vec::new();
            for fix in found.iter().filter_map(|found| found.fix.as_ref()) {
                // two fixes of one place exclude each other: the first is made, the next look finds the rest
                if edits
                    .last()
                    .is_none_or(|(place, _)| place.end <= fix.place.start && place.start < fix.place.start)
                {
                    edits.push((fix.place, fix.text.clone()));
                }
            }
            if !edits.is_empty() {
                actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                    title: "make all fixes of this file".to_owned(),
                    kind: Some(CodeActionKind::SOURCE_FIX_ALL),
                    edit: Some(self.changes(edits.into_iter())),
                    ..CodeAction::default()
                }));
            }
        }
        actions
    }

    fn tokens(&self) -> SemanticTokens {
        let mut data = Vec::new();
        let (mut line, mut start) = (0, 0);
        for token in self.document.tokens().iter().filter(|token| self.places.is_own(token.place)) {
            let class = match token.class {
                Class::Comment => SemanticTokenType::COMMENT,
                Class::Text => SemanticTokenType::STRING,
                Class::Number | Class::Unit => SemanticTokenType::NUMBER,
                Class::Keyword => SemanticTokenType::KEYWORD,
                Class::Fact | Class::Name(Sort::Field | Sort::Question) => SemanticTokenType::PROPERTY,
                Class::Name(Sort::Item(Kind::Rule)) => SemanticTokenType::FUNCTION,
                Class::Name(Sort::Item(Kind::Event)) => SemanticTokenType::EVENT,
                Class::Name(Sort::Item(_)) => SemanticTokenType::CLASS,
                Class::Choice | Class::Name(_) => SemanticTokenType::ENUM_MEMBER,
            };
            let token_type = TYPES.iter().position(|known| *known == class).unwrap_or_default();
            let range = self.places.range(token.place);
            let same = range.start.line == line;
            data.push(SemanticToken {
                delta_line: range.start.line.saturating_sub(line),
                delta_start: if same {
                    range.start.character.saturating_sub(start)
                } else {
                    range.start.character
                },
                length: range.end.character.saturating_sub(range.start.character),
                token_type: u32::try_from(token_type).unwrap_or_default(),
                token_modifiers_bitset: u32::from(token.declares),
            });
            (line, start) = (range.start.line, range.start.character);
        }
        SemanticTokens { result_id: None, data }
    }
}
