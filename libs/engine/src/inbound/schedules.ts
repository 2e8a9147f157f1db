import { firingAt, type Schedule, type Team, type Workflow } from "@armada/agents";
import { buildEnvelope, chainOf, encodeBody, eventKey, shortHash } from "@armada/contracts";
import {
  type Handled,
  type Held,
  handleEndless,
  loadEndless,
  type Message,
  readEndless,
  retry,
  setTimerOnce,
} from "@armada/event-sourcing";
import { failureOf, messageOf } from "../journal/failure.ts";
import type { Traced } from "../runs/guard.ts";
import type { RunStore } from "../runs/run-store.ts";
import { stackOf } from "../runs/stack.ts";
import { type ScheduleState, scheduleOf, scheduleVersion, timerName } from "../schedules/events.ts";
import { isPlanned, type ScheduleCommand, schedule as schedules } from "../schedules/schedule.ts";
import { newest } from "./admission.ts";
import { idOfHash, startApart } from "./starts.ts";

const DONE: Handled = { kind: "done" };
/** How often a replica looks whether its schedules are planned as it lists them. */
const LOOK_MS = 600_000;
/** While that waits for what is due before. */
const DUE_LOOK_MS = 1_000;
/** How long a firing whose team has no room waits for the next look. */
const ROOM_LOOK_MS = 10_000;
/** How soon a firing goes to another replica whose list does not have its schedule, and after how long nobody has it. */
const ELSEWHERE_MS = 2_000;
const NOBODYS_MS = 60_000;
/** A tick that came early, as after a clock was set back, is looked at again at the latest so much later. */
const EARLY_MS = 60_000;

/** The run that a firing starts: one of a team's schedule and an instant, whoever starts it. */
export function runOfFiring(team: string, name: string, planned: string): string {
  return idOfHash(shortHash("schedule", team, name, planned));
}

/** Plans a team's schedules, and starts the runs of what fires (engine rule 18). */
export class Schedules {
  readonly #runs: RunStore;
  readonly #team: Team;
  readonly #sourceOf: (workflow: Workflow) => string;
  readonly #busy: () => boolean;
  readonly #signal: AbortSignal;
  /** Of which version of a schedule this replica has seen to the timer. */
  readonly #timed = new Map<string, number>();

  constructor(runs: RunStore, sourceOf: (workflow: Workflow) => string, busy: () => boolean, signal: AbortSignal) {
    this.#runs = runs;
    this.#team = runs.team;
    this.#sourceOf = sourceOf;
    this.#busy = busy;
    this.#signal = signal;
  }

  /** Sees to it that the log has each schedule as this replica lists it, at its start and then now and again, until the signal aborts. */
  async keep(): Promise<void> {
    const { clock, logger } = this.#runs.ports;
    while (!this.#signal.aborted) {
      await Promise.all(
        this.#team.schedules.map((one) =>
          this.#plan(one).catch((error: unknown) => {
            if (this.#signal.aborted) return;
            logger.warn(`the schedule ${one.name} is not planned: ${messageOf(error)}`, { team: this.#team.name, ...stackOf(error) });
          }),
        ),
      );
      await clock.sleep(LOOK_MS, this.#signal).catch(() => undefined); // the signal is looked at
    }
  }

  async #plan(one: Schedule): Promise<void> {
    for (;;) {
      const held = await this.#decide(one.name, { type: "plan", table: one, at: this.#runs.ports.clock.now() });
      await this.#setTimer(one.name, held);
      if (isPlanned(held.state, one)) return;
      await this.#runs.ports.clock.sleep(DUE_LOOK_MS, this.#signal);
    }
  }

  /** A schedule's timer of version `n` has fired: what is due starts, once, and the next timer is set. */
  async tick(name: string, n: number, delivery: Traced): Promise<Handled> {
    const { ports, team } = this.#runs;
    const one = team.schedules.find((listed) => listed.name === name);
    const at = ports.clock.now();
    if (one === undefined) {
      if (at - delivery.time < NOBODYS_MS) return { kind: "retry", after: ELSEWHERE_MS };
      await this.#decide(name, { type: "remove" });
      return DONE;
    }
    const aggregate = scheduleOf(team.name, name);
    const load = (): Promise<Held<ScheduleState>> => loadEndless(ports.log, schedules, aggregate, delivery.seq);
    let held = await retry(`read the schedule ${name}`, ports, load, { signal: this.#signal });
    if (held.version === n) {
      if (this.#busy()) return { kind: "retry", after: ROOM_LOOK_MS };
      held = await this.#decide(name, { type: "fire", missed: one.missed, at }, held);
      if (held.version === n)
        return held.state.next === undefined
          ? DONE
          : { kind: "retry", after: Math.min(EARLY_MS, Math.max(0, Date.parse(held.state.next) - at)) };
    }
    // What tick `n` started is version n + 1, whoever wrote it; its own delivery, or this one, stores what follows from that.
    const decided = await retry(
      `read version ${n + 1} of the schedule ${name}`,
      ports,
      () => ports.log.last(scheduleVersion(team.name, name, n + 1), held.seq),
      { signal: this.#signal },
    );
    if (decided !== undefined) await this.#start(one, decided);
    if (held.version === n + 1) await this.#setTimer(name, held);
    return DONE;
  }

  async #start(one: Schedule, decided: Message): Promise<void> {
    const { team } = this.#runs;
    const { events } = readEndless(scheduleOf(team.name, one.name), decided);
    const [head] = decided.envelopes;
    if (head === undefined) return;
    const firings = events.flatMap((event) => (event.type === "fired" ? event.data.firings : []));
    await Promise.all(
      firings.map((planned) => {
        const run = runOfFiring(team.name, one.name, planned);
        const given = inputOf(one, planned);
        return startApart(this.#runs, this.#sourceOf, {
          run,
          workflow: newest(team.workflows, one.workflow.name),
          asked: one.workflow.name,
          ...given,
          by: { kind: "schedule", from: team.name, id: `${one.name} ${planned}` },
          provenance: { ...chainOf(run), causation: eventKey(head), hops: 1 },
          seq: decided.seq,
        });
      }),
    );
  }

  async #decide(name: string, command: ScheduleCommand, known?: Held<ScheduleState>): Promise<Held<ScheduleState>> {
    const { ports, team } = this.#runs;
    const { held } = await handleEndless(ports, schedules, scheduleOf(team.name, name), command, { known, signal: this.#signal });
    return held;
  }

  async #setTimer(name: string, { state, version: n }: Held<ScheduleState>): Promise<void> {
    if (!state.listed || state.next === undefined || this.#timed.get(name) === n) return;
    const { ports, team } = this.#runs;
    const run = timerName(name);
    const id = `${run}-${n}`;
    const time = Math.max(Date.parse(state.next), ports.clock.now());
    const about = {
      id: `${id}.due`,
      type: "armada.timer.due",
      subject: id,
      time: new Date(time).toISOString(),
      data: { n },
      team: team.name,
    };
    const body = encodeBody([buildEnvelope(about, { ...chainOf(id), correlation: run })]);
    await setTimerOnce(ports, { run, n, time, body }, { what: `a timer of the schedule ${name}`, signal: this.#signal });
    this.#timed.set(name, n);
  }
}

/** What a firing's run gets; where nothing can be made of it, why not, so that every firing has a run. */
function inputOf(one: Schedule, planned: string): { input: unknown; refused?: ReturnType<typeof failureOf> } {
  try {
    return { input: one.input(firingAt(one, Date.parse(planned))) };
  } catch (error) {
    return { input: null, refused: failureOf(error) };
  }
}
