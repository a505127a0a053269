// Reads an AsyncAPI document with the official parser and prints what that says, as JSON.

import { Parser, fromFile } from "@asyncapi/parser";

const parser = new Parser();
const { document, diagnostics } = await fromFile(parser, process.argv[2]).parse();

const events = document
  ? document.allMessages().all().map((message) => [message.name(), message.payload()?.title()])
  : [];
const told = {
  version: document?.version() ?? null,
  channels: document?.allChannels().all().map((channel) => channel.address()) ?? [],
  operations: document?.allOperations().all().map((operation) => operation.id()) ?? [],
  events,
  diagnostics: diagnostics.map(({ severity, code, message, path }) => ({
    severity: ["error", "warning", "information", "hint"][severity],
    code,
    message,
    path: path.join("."),
  })),
};
process.stdout.write(JSON.stringify(told));
