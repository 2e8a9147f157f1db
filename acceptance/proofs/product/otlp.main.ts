import { appendFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startOtlpReceiver } from "../../../libs/runtime/src/telemetry/otlp-receiver.ts";

/** An OTLP endpoint as a process of its own: `--file` gets a JSON line for each span that has arrived. */
const { values } = parseArgs({ options: { file: { type: "string", default: "spans.jsonl" } } });
writeFileSync(values.file, "");
const receiver = await startOtlpReceiver();
let written = 0;
setInterval(() => {
  const fresh = receiver.spans.slice(written);
  written += fresh.length;
  if (fresh.length > 0) appendFileSync(values.file, fresh.map((span) => `${JSON.stringify(span)}\n`).join(""));
}, 50);
console.log(JSON.stringify({ type: "ready", url: receiver.url }));
