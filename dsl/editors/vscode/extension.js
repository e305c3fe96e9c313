// Starts `merit lsp` for files that end in .merit. Everything else the server says itself.
"use strict";
const { commands, window, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function start() {
  const command = workspace.getConfiguration("merit").get("path") || "merit";
  client = new LanguageClient(
    "merit",
    "Merit",
    { command, args: ["lsp"] },
    { documentSelector: [{ language: "merit" }] },
  );
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(
      `Merit: \`${command}\` could not be started (${error.message}). Say where it stands in the setting merit.path.`,
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  // a client that never started has nothing to stop
  await running?.stop().catch(() => undefined);
}

exports.activate = async (context) => {
  const again = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    commands.registerCommand("merit.restart", again),
    workspace.onDidChangeConfiguration((change) => change.affectsConfiguration("merit.path") && again()),
  );
  await start();
};

exports.deactivate = stop;
