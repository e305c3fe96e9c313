// The tokenizer of VS Code with the made colours, on every example: held against what the language server says of each
// word. And the extension's own files: they read, and name what is there.
//   node colours.mjs MERIT EXAMPLES EXTENSION
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const [merit, examples, extension] = process.argv.slice(2);
const wasm = readFileSync(createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));

const manifest = JSON.parse(readFileSync(join(extension, "package.json"), "utf8"));
const [{ path, scopeName }] = manifest.contributes.grammars;
const [{ configuration }] = manifest.contributes.languages;
for (const file of [path, configuration, manifest.main]) assert.ok(existsSync(join(extension, file)), file);
const settings = JSON.parse(readFileSync(join(extension, configuration), "utf8"));
for (const expression of [settings.wordPattern, ...Object.values(settings.indentationRules)]) new RegExp(expression, "u");

const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(join(extension, path), "utf8"), "merit.tmLanguage.json"),
});
const grammar = await registry.loadGrammar(scopeName);

// what the server calls a word, and the scopes that may colour it here
const FITS = {
  comment: /^comment\./,
  text: /^string\./,
  number: /^constant\.numeric/,
  unit: /^keyword\.other\.unit/,
  keyword: /^keyword\./,
  fact: /^(variable\.other\.property|support\.type)/,
  choice: /^(constant\.language|keyword\.)|^variable\.other\.merit/,
  name: /^(entity\.name|variable\.other|support\.type)/,
};
const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");

let [words, finer] = [0, 0];
const wrong = new Map();
for (const file of readdirSync(examples).filter((name) => name.endsWith(".merit"))) {
  const { stdout, status } = spawnSync(merit, ["highlight", "--fragment", join(examples, file)], { encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(status, 0, file);
  // the server's words, as lines of [text, class]
  const lines = [[]];
  for (const [, kind, inner, plain] of stdout.replace(/^<pre[^>]*><code>|<\/code><\/pre>\n$/g, "").matchAll(/<span class="m-(\w+)[^"]*">([^<]*)<\/span>|([^<]+)/g)) {
    unescape(inner ?? plain).split("\n").forEach((part, index) => {
      if (index > 0) lines.push([]);
      lines.at(-1).push([part, kind]);
    });
  }
  let stack = textmate.INITIAL;
  for (const [number, line] of readFileSync(join(examples, file), "utf8").replace(/\n$/, "").split("\n").entries()) {
    const begun = performance.now();
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    assert.ok(performance.now() - begun < 500, `${file}:${number + 1} takes long`);
    stack = ruleStack;
    let at = 0;
    for (const [text, kind] of lines[number]) {
      if (kind !== undefined) {
        const { scopes } = tokens.find((token) => token.startIndex <= at && at < token.endIndex);
        const scope = scopes.at(-1);
        words += 1;
        if (!FITS[kind].test(scope)) {
          const key = `${kind} \`${text}\` is ${scope}`;
          wrong.set(key, [...(wrong.get(key) ?? []), `${file}:${number + 1}`]);
        }
        finer += Number(scope === "variable.other.merit");
      }
      at += text.length;
    }
    assert.equal(at, line.length, `${file}:${number + 1}`);
  }
}
for (const [what, places] of wrong) console.error(`${what}: ${places.slice(0, 3).join(", ")}`);
assert.equal(wrong.size, 0, "words are coloured as what they are not");
assert.ok(words > 1500, `${words}`);

// a line that never ends, and one that is all signs, are coloured soon
for (const line of ["when ".repeat(20000), '"'.repeat(50000), "a.".repeat(30000), "1 ".repeat(30000), "{[".repeat(20000)]) {
  const begun = performance.now();
  grammar.tokenizeLine(line, textmate.INITIAL, 1000);
  assert.ok(performance.now() - begun < 5000, line.slice(0, 10));
}
console.log(`colours: ${words} words of the examples, ${finer} of them names that only the server tells apart`);
