import type { Proof } from "./harness/proof.ts";

/**
 * The proofs by name. `minutes`: what the full form takes on two cores; `load` brings only the one that runs. `rotates`: its short
 * form is in the gates of half of all commits, where others of its kind, or unit tests of the same code, are in each.
 */
export type Entry = {
  readonly name: string;
  readonly minutes: number;
  readonly shows: string;
  readonly rotates?: true;
  load(): Promise<{ readonly run: Proof }>;
};

export const registry: readonly Entry[] = [
  {
    name: "mistakes",
    minutes: 2,
    shows: "team files that are wrong say so in types or at start, and a run that cannot be is refused before it is asked",
    load: () => import("./product/mistakes.ts"),
  },
  {
    name: "cases",
    minutes: 5,
    shows: "plain programs, events and mistakes that once failed, each judged by its right value",
    load: () => import("./cases.ts"),
  },
  {
    name: "large-history",
    minutes: 6,
    shows: "what operators type reads as much of 100,000 ended runs as of 1,000",
    load: () => import("./operations/large-history.ts"),
  },
  {
    name: "moved",
    minutes: 3,
    shows: "a team moved to another server, and streams made anew under running services: nothing lost, nothing twice",
    load: () => import("./operations/moved.ts"),
  },
  {
    name: "late-team",
    minutes: 1,
    shows: "a team from outside the checkout joins a running mesh: its first ask is answered, its events are taken, nothing is lost",
    load: () => import("./operations/late-team.ts"),
  },
  {
    name: "downgrade",
    rotates: true,
    minutes: 2,
    shows: "near a limit a cheaper tier answers, at the limit the policy holds, at midnight it begins again",
    load: () => import("./money/downgrade.ts"),
  },
  {
    name: "faults",
    rotates: true,
    minutes: 8,
    shows: "the same while the provider refuses, stalls, breaks off and garbles, one kind at a time and all",
    load: () => import("./money/faults.ts"),
  },
  {
    name: "single-flight",
    rotates: true,
    minutes: 2,
    shows: "equal requests over four processes are one call, over failures, kills and a restart",
    load: () => import("./money/single-flight.ts"),
  },
  {
    name: "overspend",
    rotates: true,
    minutes: 9,
    shows: "no limit is passed by processes that are killed at work, and no bill is missed",
    load: () => import("./money/overspend.ts"),
  },
  {
    name: "fleet",
    rotates: true,
    minutes: 3,
    shows: "teams spend together what the fleet may spend, and go on with what they hold while nobody grants more",
    load: () => import("./money/fleet.ts"),
  },
  {
    name: "stream",
    rotates: true,
    minutes: 3,
    shows: "a watcher sees a killed answer begin again; the journal has one, and the ledger what was billed",
    load: () => import("./money/stream.ts"),
  },
  {
    name: "bad-input",
    rotates: true,
    minutes: 1,
    shows: "what people get wrong about models and money is said with its code and what to do",
    load: () => import("./money/bad-input.ts"),
  },
  {
    name: "batch",
    rotates: true,
    minutes: 5,
    shows: "many tasks in one request, batches that outlive their process and are billed once, work that waits for its hours",
    load: () => import("./money/batch.ts"),
  },
  {
    name: "article",
    rotates: true,
    minutes: 8,
    shows: "each statement stands in its source, and the article follows its documents",
    load: () => import("./documents/article/article.ts"),
  },
  {
    name: "contradictions",
    rotates: true,
    minutes: 3,
    shows: "contradictions are listed, inventions marked, bad input refused in words",
    load: () => import("./documents/contradictions/contradictions.ts"),
  },
  {
    name: "pages",
    rotates: true,
    minutes: 3,
    shows: "pages of many kinds are read as people read them: their main part whole, and little else",
    load: () => import("./documents/pages/pages.ts"),
  },
  {
    name: "numbers",
    rotates: true,
    minutes: 1,
    shows: "5,000 drawn numbers of six locales, with marks beside them: read right or refused, never changed",
    load: () => import("./documents/numbers/numbers.ts"),
  },
  {
    name: "crash",
    minutes: 8,
    shows: "killed at any moment, every run ends and every step has one outcome",
    load: () => import("./engine/crash.ts"),
  },
  {
    name: "approval",
    minutes: 1,
    shows: "answers of people outlive kills, count once, and end runs as declared",
    load: () => import("./engine/approval.ts"),
  },
  {
    name: "trace",
    minutes: 1,
    shows: "the causal tree from the log alone among 100,000 other events, and the same by spans",
    load: () => import("./product/trace.ts"),
  },
  {
    name: "one-store",
    minutes: 8,
    shows: "of two starts at once on one folder, after kills at any moment, one serves, and nothing acknowledged is lost",
    load: () => import("./operations/one-store.ts"),
  },
  {
    name: "by-hand",
    minutes: 1,
    shows: "server, provisioner and services started one by one, in any order",
    load: () => import("./harness/by-hand.ts"),
  },
  {
    name: "joins",
    minutes: 2,
    shows: "branches ended at one instant by two processes on a cluster join once",
    load: () => import("./engine/joins.ts"),
  },
  {
    name: "subscriptions",
    minutes: 3,
    shows: "10,000 old events: in a read model all, once; as starts none, or all, once",
    load: () => import("./engine/subscriptions.ts"),
  },
  {
    name: "versions",
    rotates: true,
    minutes: 2,
    shows: "an edit that a journal does not fit stops its run; versions live side by side",
    load: () => import("./engine/versions.ts"),
  },
  {
    name: "fresh",
    minutes: 12,
    shows: "a fresh clone makes its article, again in seconds, and says what it could not get",
    load: () => import("./product/fresh.ts"),
  },
  {
    name: "forgeries",
    minutes: 1,
    shows: "what another team's credentials put into a stream is stored, counted and believed by nobody",
    load: () => import("./edge/forgeries.ts"),
  },
  {
    name: "events",
    minutes: 6,
    shows: "every valid CloudEvent in three bindings, and from the SDKs of four languages, comes back as it was sent",
    load: () => import("./edge/events.ts"),
  },
  {
    name: "reconnect",
    minutes: 4,
    shows: "refused, cut and dead connections, authentication time-outs and permissions that go away: the work is done when they are over",
    load: () => import("./operations/reconnect.ts"),
  },
  {
    name: "ingress",
    minutes: 1,
    shows: "one fact and one run an event, and a problem document for each malformed request",
    load: () => import("./edge/ingress.ts"),
  },
  {
    name: "conformance",
    rotates: true,
    minutes: 7,
    shows: "every adapter keeps the ports' promises, and planted faults turn the suite red",
    load: () => import("./engine/conformance.ts"),
  },
  {
    name: "sim",
    rotates: true,
    minutes: 10,
    shows: "two teams on a hostile mesh from a seed, and what must hold of every run",
    load: () => import("./engine/sim.ts"),
  },
  {
    name: "rooms",
    rotates: true,
    minutes: 4,
    shows: "ten teams on 2 GB, beside files that come and go; a team removed; no room for a moment",
    load: () => import("./operations/rooms.ts"),
  },
  {
    name: "programs",
    rotates: true,
    minutes: 60,
    shows: "drawn workflows do what a reader expects, and find the faults of the engine that are put back",
    load: () => import("./engine/programs.ts"),
  },
  {
    name: "scaffold",
    minutes: 2,
    shows: "a team made by a command runs, answers by a model, and its test holds it to that",
    load: () => import("./product/scaffold.ts"),
  },
  {
    name: "cost",
    rotates: true,
    minutes: 8,
    shows: "all measures together save four fifths of the reference month, and each what the table says",
    load: () => import("./money/cost.ts"),
  },
  {
    name: "new-type",
    rotates: true,
    minutes: 15,
    shows: "a type of journal event without its row does not compile, and no entry of the table is idle",
    load: () => import("./engine/new-type.ts"),
  },
  {
    name: "structure",
    rotates: true,
    minutes: 1,
    shows: "circles of imports, full folders, long files and repeated lines in the product's code",
    load: () => import("./product/structure.ts"),
  },
];
