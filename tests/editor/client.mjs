// The client library of VS Code against `merit lsp`: opens every example, asks everything that was promised at
// every word, types a rule letter by letter, renames, fixes and formats, and ends in order. Mocks nothing.
//   node client.mjs MERIT EXAMPLES
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as lsp from "vscode-languageserver-protocol/node";

const [merit, examples] = process.argv.slice(2);
const server = spawn(merit, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
const ended = new Promise((done) => server.on("exit", (code) => done(code)));
const connection = lsp.createProtocolConnection(new lsp.StreamMessageReader(server.stdout), new lsp.StreamMessageWriter(server.stdin));
const waiting = new Map();
connection.onNotification(lsp.PublishDiagnosticsNotification.type, ({ uri, version, diagnostics }) => {
  waiting.get(`${uri} ${version}`)?.(diagnostics);
});
connection.onError(([error]) => { throw error; });
connection.listen();

const told = (uri, version) => new Promise((done) => waiting.set(`${uri} ${version}`, done));
const ask = (type, params) => connection.sendRequest(type, params);

const { capabilities } = await ask(lsp.InitializeRequest.type, {
  processId: process.pid,
  rootUri: null,
  capabilities: { textDocument: { completion: {}, hover: { contentFormat: ["markdown"] } } },
});
for (const able of ["completionProvider", "hoverProvider", "definitionProvider", "referencesProvider", "renameProvider",
  "documentSymbolProvider", "documentFormattingProvider", "codeActionProvider", "semanticTokensProvider"]) {
  assert.ok(capabilities[able], able);
}
await connection.sendNotification(lsp.InitializedNotification.type, {});

const position = (text, what, into = 0) => {
  const at = text.indexOf(what);
  assert.notEqual(at, -1, what);
  const before = text.slice(0, at + into).split("\n");
  return { line: before.length - 1, character: before.at(-1).length };
};
const applied = (text, edits) => {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const offset = ({ line, character }) => starts[line] + character;
  const sorted = [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start));
  return sorted.reduce((made, edit) => made.slice(0, offset(edit.range.start)) + edit.newText + made.slice(offset(edit.range.end)), text);
};

let asked = 0;
for (const file of readdirSync(examples).filter((name) => name.endsWith(".merit"))) {
  const uri = `file:///programmes/${file}`;
  const text = readFileSync(join(examples, file), "utf8");
  const textDocument = { uri };
  const found = told(uri, 1);
  await connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId: "merit", version: 1, text } });
  assert.deepEqual((await found).filter((one) => one.severity === lsp.DiagnosticSeverity.Error), [], file);
  const symbols = await ask(lsp.DocumentSymbolRequest.type, { textDocument });
  assert.ok(symbols.length > 5 && symbols.every((symbol) => lsp.DocumentSymbol.is(symbol)), file);
  assert.deepEqual(await ask(lsp.DocumentFormattingRequest.type, { textDocument, options: { tabSize: 2, insertSpaces: true } }), [], file);
  const { data } = await ask(lsp.SemanticTokensRequest.type, { textDocument });
  let [line, character] = [0, 0];
  const requests = [];
  for (let at = 0; at < data.length; at += 5) {
    character = data[at] === 0 ? character + data[at + 1] : data[at + 1];
    line += data[at];
    const here = { textDocument, position: { line, character } };
    const word = text.split("\n")[line].slice(character, character + data[at + 2]);
    assert.match(word, /^(#.*|"[^"]*"|[\w.:%-]+( [\w:]+)*)$/u, `${file}:${line + 1}`);
    // of comments, texts and numbers nothing is said; every fourth word is asked about, which is enough of an unoptimised server
    if (data[at + 3] < 3 || (at / 5) % 4 !== 0) continue;
    requests.push(
      ask(lsp.HoverRequest.type, here).then((hover) => assert.ok(hover?.contents.value, `${file}:${line + 1} ${word}`)),
      ask(lsp.CompletionRequest.type, here).then((list) => assert.ok(Array.isArray(list.items))),
      ask(lsp.DefinitionRequest.type, here).then((places) => assert.ok(Array.isArray(places))),
    );
  }
  asked += requests.length;
  await Promise.all(requests);
}

// a rule, typed letter by letter; what is offered on the way
const uri = "file:///programmes/typed.merit";
const textDocument = { uri };
let text = readFileSync(join(examples, "coffee.merit"), "utf8");
let version = 1;
let latest = told(uri, version);
await connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId: "merit", version, text } });
const type = async (letters) => {
  for (const letter of letters) {
    const lines = text.split("\n");
    const end = { line: lines.length - 1, character: lines.at(-1).length };
    version += 1;
    latest = told(uri, version);
    await connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [{ range: { start: end, end }, text: letter }],
    });
    text += letter;
  }
};
const offered = async () => {
  const lines = text.split("\n");
  const { items } = await ask(lsp.CompletionRequest.type, {
    textDocument,
    position: { line: lines.length - 1, character: lines.at(-1).length },
  });
  return items.map((item) => item.label);
};
await type('\nrule lunch "Mittag 🍲 für alle" {\n  on ');
assert.ok((await offered()).includes("check_in"));
await type("purchase\n  when basket.");
assert.ok((await offered()).includes("basket.paid"));
await type("categories has any of [");
assert.deepEqual(await offered(), ["coffee", "bakery", "beans"]);
await type("cofee]\n  multiply points by 2\n  in group ");
assert.deepEqual(await offered(), ["boosters"]);
await type("boosters\n}\n");
const [mistake, ...others] = await latest;
assert.deepEqual(others, []);
assert.equal(mistake.code, "E0110");
assert.deepEqual(mistake.range.start, position(text, "cofee"));
const actions = await ask(lsp.CodeActionRequest.type, { textDocument, range: mistake.range, context: { diagnostics: [mistake] } });
const fix = actions.find((action) => action.kind === lsp.CodeActionKind.QuickFix);
text = applied(text, fix.edit.changes[uri]);
version += 1;
latest = told(uri, version);
await connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, { textDocument: { uri, version }, contentChanges: [{ text }] });
assert.deepEqual(await latest, []);
// a cancelled question is answered all the same
const source = new lsp.CancellationTokenSource();
const cancelled = connection.sendRequest(lsp.SemanticTokensRequest.type, { textDocument }, source.token).then(() => "answered", (error) => error.code);
source.cancel();
assert.ok(["answered", lsp.LSPErrorCodes.RequestCancelled].includes(await cancelled));
// another name keeps the counts
const at = { textDocument, position: position(text, "rule lunch", 6) };
assert.equal((await ask(lsp.PrepareRenameRequest.type, at)).placeholder, "lunch");
const renamed = applied(text, (await ask(lsp.RenameRequest.type, { ...at, newName: "midday" })).changes[uri]);
assert.ok(renamed.includes('rule midday "Mittag 🍲 für alle" {\n  formerly lunch\n'));
await assert.rejects(ask(lsp.RenameRequest.type, { ...at, newName: "base" }), /there is already a rule `base`/);
const [declared] = await ask(lsp.DefinitionRequest.type, { textDocument, position: position(text, "in group boosters", 10) });
assert.deepEqual(declared.range.start, position(text, 'group boosters "', 6));

await ask(lsp.ShutdownRequest.type);
await connection.sendNotification(lsp.ExitNotification.type);
assert.equal(await ended, 0);
console.log(`client: ${asked} questions about the examples, ${version} versions of a typed file: all answered`);
