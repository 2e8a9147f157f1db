import { buildSubject, parseSubject } from "@armada/contracts";
import type { Functions } from "@armada/engine/execution/cached-run";
import { factOf } from "@armada/engine/inbound/facts";
import { factFilter, subscriptionName } from "@armada/engine/inbound/queues";
import { startedBy } from "@armada/engine/inbound/starts";
import { type Derived, derive, HANDED_OVER } from "@armada/engine/journal/derive";
import { foldMessage } from "@armada/engine/journal/message";
import { Payloads } from "@armada/engine/journal/payloads";
import { initialRun } from "@armada/engine/journal/state";
import { type Message, matches } from "@armada/event-sourcing";
import { checkBreakers, isOfBreaker } from "../breaker-story.ts";
import { broken } from "./invariant.ts";
import type { Journal, Journals } from "./journals.ts";
import type { People } from "./people.ts";
import { canonical, regenerated } from "./regenerate.ts";
import { checkSteps } from "./steps.ts";
import { defineTeam, SIDES, type Side, workflows } from "./teams.ts";
import type { World } from "./world.ts";

/** All that must hold when a seed's run has come to rest; what does not, in words. */
export async function check(world: World, journals: Journals, people: People): Promise<string[]> {
  const wrong = [...journals.wrong, ...world.effects.wrong, ...world.faults];
  for (const { team, seq, subject, body } of world.acknowledged) {
    const stored = world.mesh.stream(team).messages[seq - 1];
    if (stored?.subject !== subject || stored.body !== body)
      wrong.push(`${subject} was acknowledged as ${seq} of ${team} and is not there`);
  }
  for (const { side, run } of people.started)
    if (journals.of(side, run) === undefined) wrong.push(`run ${run} of ${side} was asked for and never started`);
  for (const journal of journals.open) wrong.push(`run ${journal.run} of ${journal.team} has not ended`);
  wrong.push(...broken(world.mesh, journals.open));
  for (const side of SIDES) {
    const functions = functionsOf(world, side);
    const expected = new Set<string>();
    for (const journal of journals.all.values())
      if (journal.team === side) {
        if (world.sandboxed && journal.charged > 0) wrong.push(`run ${journal.run} of ${side} was charged what a lost process had in hand`);
        if (journal.state.stopped !== undefined) wrong.push(`run ${journal.run} of ${side} was stopped: ${journal.state.stopped.message}`);
        wrong.push(...(await checkSteps(journal, world, functions.payloads)), ...checkDerived(world, side, journal, expected));
        const different = await regenerated(journal, functions);
        if (different !== undefined) wrong.push(different);
      }
    wrong.push(...checkBreakers(world.mesh.stream(side).messages.filter(({ origin }) => origin === undefined)));
    wrong.push(...checkUnderived(world, side, expected), ...(await checkStarts(world, side, journals, functions.payloads)));
    wrong.push(...(await checkViews(world, side, functions.payloads)));
  }
  return wrong;
}

function functionsOf(world: World, side: Side): Functions {
  const { objects } = world.mesh.connect(side);
  return {
    scheduler: world.clock.scheduler,
    payloads: new Payloads(objects, side),
    workflow: (name, version) => workflows[side].find((w) => w.name === name && w.version === version),
  };
}

/** Everything that a decision derives exists, under the id that it derives. */
function checkDerived(world: World, side: Side, journal: Journal, expected: Set<string>): string[] {
  const wrong: string[] = [];
  const state = initialRun();
  for (const read of journal.read) {
    foldMessage(state, read);
    for (const one of derive(side, journal.run, read, state)) {
      if (one.kind === "append") expected.add(one.subject);
      if (!stored(world, side, one))
        wrong.push(`message ${read.n} of run ${journal.run} of ${side} derives ${nameOf(one)}, which was never stored`);
    }
  }
  return wrong;
}

function nameOf(one: Derived): string {
  return one.kind === "append" ? one.subject : `a timer for call ${one.n}`;
}

function stored(world: World, side: Side, one: Derived): boolean {
  if (one.kind === "timer") {
    if (world.mesh.timerPending(side, one.run, one.n)) return true;
    const tick = buildSubject({ kind: "tick", team: side, run: one.run, n: one.n });
    return world.mesh.stream(side).messages.some((message) => message.subject === tick);
  }
  const subject = parseSubject(one.subject);
  const team = subject?.kind === "ask" || subject?.kind === "answer" ? subject.to : side;
  return world.mesh.stream(team).messages.some((message) => message.subject === one.subject && message.envelopes[0]?.id === one.id);
}

/** Every fact, ask, answer and dispatch that a team's engine stored follows from a journal, and stands there once. */
function checkUnderived(world: World, side: Side, expected: ReadonlySet<string>): string[] {
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (const team of SIDES)
    for (const message of world.mesh.stream(team).messages) {
      const head = message.envelopes[0];
      const subject = parseSubject(message.subject);
      if (head?.team !== side || message.origin !== undefined || head.source !== `/teams/${side}` || subject === undefined) continue;
      if (subject.kind === "timer" || subject.kind === "tick" || isOfBreaker(message)) continue;
      if (seen.has(message.subject)) wrong.push(`${message.subject} was stored twice`);
      seen.add(message.subject);
      const own = subject.kind === "journal" && (subject.branch === undefined || subject.branch === HANDED_OVER);
      if (!own && !expected.has(message.subject)) wrong.push(`${message.subject} follows from no journal`);
    }
  return wrong;
}

/** A fact starts one run of each subscription that it is for, and none that was made after it. */
async function checkStarts(world: World, side: Side, journals: Journals, payloads: Payloads): Promise<string[]> {
  const wrong: string[] = [];
  const team = defineTeam(side, world.effects, world.clock, [1, 2]);
  const expected = new Set<string>();
  for (const subscription of team.subscriptions) {
    const name = subscriptionName(subscription);
    const since = subscription.from === "beginning" ? 0 : (world.mesh.queues(side).get(name)?.since ?? 0);
    for (const message of facts(world, side, factFilter(subscription.on))) {
      const read = await factOf(message, subscription.on, payloads);
      if (read === undefined || Date.parse(read.fact.arrived) < since || subscription.input(read.fact) === undefined) continue;
      const run = startedBy(name, read.fact.key);
      expected.add(run);
      if (journals.of(side, run)?.state.by?.id !== read.fact.key) wrong.push(`${message.subject} did not start run ${run} of ${side}`);
    }
  }
  for (const { team: of, run, state } of journals.all.values())
    if (of === side && state.by?.kind === "event" && !expected.has(run.split("~")[0] ?? ""))
      wrong.push(`run ${run} of ${side} was started by ${state.by.id}, which should start none`);
  return wrong;
}

function facts(world: World, side: Side, filter: string): Message[] {
  return world.mesh.stream(side).messages.filter((message) => matches(filter, message.subject));
}

/** Each living replica's read models equal a rebuild from the stream. */
async function checkViews(world: World, side: Side, payloads: Payloads): Promise<string[]> {
  const wrong: string[] = [];
  const team = defineTeam(side, world.effects, world.clock, [1, 2]);
  for (const model of team.readModels) {
    let state = model.initial();
    const copies = new Set<string>();
    for (const message of world.mesh.stream(side).messages) {
      const fact = `${message.envelopes[0]?.team} ${message.envelopes[0]?.id}`;
      if (message.origin !== undefined && copies.has(fact)) continue;
      if (message.origin !== undefined) copies.add(fact);
      for (const { on, evolve } of model.folds) {
        const read = await factOf(message, on, payloads);
        if (read !== undefined) state = evolve(state, read.fact);
      }
    }
    for (const engine of world.engines(side)) {
      const view = engine.views().find((one) => one.name === model.name);
      if (canonical(view?.state) !== canonical(state))
        wrong.push(`read model ${model.name} of ${side} is ${canonical(view?.state)}, a rebuild gives ${canonical(state)}`);
    }
  }
  return wrong;
}
