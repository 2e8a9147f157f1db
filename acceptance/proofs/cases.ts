import { type Figure, none, type Proof } from "./harness/proof.ts";

/** A case by name: an input that once failed, on real processes where it is about processes. Its file says the right value. */
type Case = {
  readonly name: string;
  /** It restarts meshes or waits for real time: judged in the full form. What it shows has a test of its own beside the code. */
  readonly long?: boolean;
  load(): Promise<{ readonly run: Proof }>;
};

/** One file a case; a case's figures carry its name. */
const cases: readonly Case[] = [
  // These use one mesh, as long as they stand beside each other.
  { name: "bigint-step", load: () => import("./cases/bigint-step.ts") },
  { name: "continue-as-new-events", load: () => import("./cases/continue-as-new-events.ts") },
  { name: "date-after-crash", load: () => import("./cases/date-after-crash.ts") },
  { name: "oversized-error", load: () => import("./cases/oversized-error.ts") },
  { name: "wait-again", load: () => import("./cases/wait-again.ts") },
  { name: "wait-behind-a-thousand", load: () => import("./cases/wait-behind-a-thousand.ts") },
  { name: "wait-twice", load: () => import("./cases/wait-twice.ts") },
  { name: "blocked-event-loop", long: true, load: () => import("./cases/blocked-event-loop.ts") },
  { name: "agent-not-listed", long: true, load: () => import("./cases/agent-not-listed.ts") },
  { name: "late-team", long: true, load: () => import("./cases/late-team.ts") },
  { name: "null-for-optional", load: () => import("./cases/null-for-optional.ts") },
  { name: "overdue-timer", long: true, load: () => import("./cases/overdue-timer.ts") },
  { name: "remade-stream", long: true, load: () => import("./cases/remade-stream.ts") },
  { name: "retry-after-hour", long: true, load: () => import("./cases/retry-after-hour.ts") },
  { name: "second-own-team", long: true, load: () => import("./cases/second-own-team.ts") },
  { name: "storage-shrank", long: true, load: () => import("./cases/storage-shrank.ts") },
  { name: "think-tags", load: () => import("./cases/think-tags.ts") },
  { name: "big-integers", load: () => import("./cases/big-integers.ts") },
  { name: "dapr-envelope", load: () => import("./cases/dapr-envelope.ts") },
  { name: "event-grid-handshake", load: () => import("./cases/event-grid-handshake.ts") },
  { name: "event-without-data", load: () => import("./cases/event-without-data.ts") },
  { name: "knative-response", load: () => import("./cases/knative-response.ts") },
  { name: "text-data-and-empty-batch", load: () => import("./cases/text-data-and-empty-batch.ts") },
  { name: "citation-markers", load: () => import("./cases/citation-markers.ts") },
  { name: "custom-element", load: () => import("./cases/custom-element.ts") },
  { name: "entities", load: () => import("./cases/entities.ts") },
  { name: "form-page", load: () => import("./cases/form-page.ts") },
  { name: "ignored-files", load: () => import("./cases/ignored-files.ts") },
  { name: "pipe-table-md", load: () => import("./cases/pipe-table-md.ts") },
  { name: "pre-page", load: () => import("./cases/pre-page.ts") },
  { name: "single-document", load: () => import("./cases/single-document.ts") },
  { name: "superscript", load: () => import("./cases/superscript.ts") },
  { name: "teasers-and-footer", load: () => import("./cases/teasers-and-footer.ts") },
  { name: "thousands-separator", load: () => import("./cases/thousands-separator.ts") },
  { name: "transcript", load: () => import("./cases/transcript.ts") },
  { name: "us-abbreviation", load: () => import("./cases/us-abbreviation.ts") },
  { name: "wrapped-number", load: () => import("./cases/wrapped-number.ts") },
];

/** Plain programs, plain events and plain mistakes, each judged by its right value. */
export const run: Proof = async function* (about): AsyncGenerator<Figure> {
  const judged = cases.filter(({ long }) => !about.short || long !== true);
  if (about.short) about.say(`left to the full form: ${cases.flatMap(({ name, long }) => (long === true ? [name] : [])).join(", ")}`);
  for (const { name, load } of judged) {
    about.say(`case ${name}`);
    try {
      const { run: judge } = await load();
      for await (const figure of judge(about)) yield { ...figure, name: `${name}: ${figure.name}` };
    } catch (error) {
      yield none(`${name}: it was judged to its end`, [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
    }
  }
};
