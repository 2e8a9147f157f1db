import type { Proof } from "./proof.ts";

/** The proofs by name. `minutes`: what the full form takes on two cores; `load` brings only the one that runs. */
export type Entry = { readonly name: string; readonly minutes: number; readonly shows: string; load(): Promise<{ readonly run: Proof }> };

export const registry: readonly Entry[] = [
  {
    name: "mistakes",
    minutes: 2,
    shows: "team files that are wrong say so in types or at start, and a run that cannot be is refused before it is asked",
    load: () => import("./mistakes.ts"),
  },
  {
    name: "cases",
    minutes: 5,
    shows: "plain programs, events and mistakes that once failed, each judged by its right value",
    load: () => import("./cases.ts"),
  },
  {
    name: "moved",
    minutes: 3,
    shows: "a team moved to another server, and streams made anew under running services: nothing lost, nothing twice",
    load: () => import("./moved.ts"),
  },
  {
    name: "downgrade",
    minutes: 2,
    shows: "near a limit a cheaper tier answers, at the limit the policy holds, at midnight it begins again",
    load: () => import("./downgrade.ts"),
  },
  {
    name: "faults",
    minutes: 8,
    shows: "the same while the provider refuses, stalls, breaks off and garbles, one kind at a time and all",
    load: () => import("./faults.ts"),
  },
  {
    name: "single-flight",
    minutes: 2,
    shows: "equal requests over four processes are one call, over failures, kills and a restart",
    load: () => import("./single-flight.ts"),
  },
  {
    name: "overspend",
    minutes: 9,
    shows: "no limit is passed by processes that are killed at work, and no bill is missed",
    load: () => import("./overspend.ts"),
  },
  {
    name: "fleet",
    minutes: 3,
    shows: "teams spend together what the fleet may spend, and go on with what they hold while nobody grants more",
    load: () => import("./fleet.ts"),
  },
  {
    name: "stream",
    minutes: 3,
    shows: "a watcher sees a killed answer begin again; the journal has one, and the ledger what was billed",
    load: () => import("./stream.ts"),
  },
  {
    name: "bad-input",
    minutes: 1,
    shows: "what people get wrong about models and money is said with its code and what to do",
    load: () => import("./bad-input.ts"),
  },
  {
    name: "batch",
    minutes: 5,
    shows: "many tasks in one request, batches that outlive their process and are billed once, work that waits for its hours",
    load: () => import("./batch.ts"),
  },
  {
    name: "article",
    minutes: 3,
    shows: "each statement stands in its source, and the article follows its documents",
    load: () => import("./article.ts"),
  },
  {
    name: "contradictions",
    minutes: 3,
    shows: "contradictions are listed, inventions marked, bad input refused in words",
    load: () => import("./contradictions.ts"),
  },
  {
    name: "crash",
    minutes: 8,
    shows: "killed at any moment, every run ends and every step has one outcome",
    load: () => import("./crash.ts"),
  },
  {
    name: "approval",
    minutes: 1,
    shows: "answers of people outlive kills, count once, and end runs as declared",
    load: () => import("./approval.ts"),
  },
  {
    name: "trace",
    minutes: 1,
    shows: "the causal tree from the log alone among 100,000 other events, and the same by spans",
    load: () => import("./trace.ts"),
  },
  {
    name: "one-store",
    minutes: 8,
    shows: "of two starts at once on one folder, after kills at any moment, one serves, and nothing acknowledged is lost",
    load: () => import("./one-store.ts"),
  },
  {
    name: "by-hand",
    minutes: 1,
    shows: "server, provisioner and services started one by one, in any order",
    load: () => import("./by-hand.ts"),
  },
  {
    name: "joins",
    minutes: 2,
    shows: "branches ended at one instant by two processes on a cluster join once",
    load: () => import("./joins.ts"),
  },
  {
    name: "subscriptions",
    minutes: 3,
    shows: "10,000 old events: in a read model all, once; as starts none, or all, once",
    load: () => import("./subscriptions.ts"),
  },
  {
    name: "versions",
    minutes: 2,
    shows: "an edit that a journal does not fit stops its run; versions live side by side",
    load: () => import("./versions.ts"),
  },
  {
    name: "fresh",
    minutes: 12,
    shows: "a fresh clone makes its article, again in seconds, and says what it could not get",
    load: () => import("./fresh.ts"),
  },
  {
    name: "forgeries",
    minutes: 1,
    shows: "what another team's credentials put into a stream is stored, counted and believed by nobody",
    load: () => import("./forgeries.ts"),
  },
  {
    name: "events",
    minutes: 6,
    shows: "every valid CloudEvent in three bindings, and from the SDKs of four languages, comes back as it was sent",
    load: () => import("./events.ts"),
  },
  {
    name: "reconnect",
    minutes: 4,
    shows: "refused, cut and dead connections, authentication time-outs and permissions that go away: the work is done when they are over",
    load: () => import("./reconnect.ts"),
  },
  {
    name: "ingress",
    minutes: 1,
    shows: "one fact and one run an event, and a problem document for each malformed request",
    load: () => import("./ingress.ts"),
  },
  {
    name: "conformance",
    minutes: 7,
    shows: "every adapter keeps the ports' promises, and planted faults turn the suite red",
    load: () => import("./conformance.ts"),
  },
  {
    name: "sim",
    minutes: 10,
    shows: "two teams on a hostile mesh from a seed, and what must hold of every run",
    load: () => import("./sim.ts"),
  },
  {
    name: "rooms",
    minutes: 4,
    shows: "ten teams on 2 GB, beside files that come and go; a team removed; no room for a moment",
    load: () => import("./rooms.ts"),
  },
  {
    name: "programs",
    minutes: 60,
    shows: "drawn workflows do what a reader expects, and find the faults of the engine that are put back",
    load: () => import("./programs.ts"),
  },
  {
    name: "scaffold",
    minutes: 2,
    shows: "a team made by a command runs, answers by a model, and its test holds it to that",
    load: () => import("./scaffold.ts"),
  },
  {
    name: "cost",
    minutes: 8,
    shows: "all measures together save four fifths of the reference month, and each what the table says",
    load: () => import("./cost.ts"),
  },
];
