import type { Workflow, WorkflowContext } from "@armada/agents";
import { type AnyEventKind, ArmadaError, type Duration, isoTime, milliseconds, Refusal } from "@armada/contracts";
import type { JournalEvent } from "../journal/events.ts";
import { fitted } from "../journal/fitting.ts";
import { journalForm } from "../journal/form.ts";
import { nextRun } from "../journal/generations.ts";
import type { Refuses, Wanted } from "./within-lists.ts";

/** What a server's timers can hold, and more than anybody waits: 100 years. */
const MAX_WAIT_MS = 36_525 * 86_400_000;
/** Of an id, a name, a question. Bytes of UTF-8. */
const MAX_NAME = 4 * 1024;

/** Durable inline work, with its idempotency key. */
export type InlineWork = (about: { idempotencyKey: string; signal: AbortSignal }) => unknown;

/** What a workflow's `ctx` stands on: the calls of one execution. */
export type Calls = {
  readonly run: { readonly id: string; readonly correlation: string };
  now(): number;
  random(): number;
  outstanding(): readonly { readonly n: number; readonly kind: string; readonly target: string }[];
  /** Counts a call, refused ones too; whether it is one too many for one turn: it never settles, so that a loop of calls ends. */
  spins(): boolean;
  /** How many generations in a row waited for nothing, this one as well; undefined where the run stops for it. */
  generations(): number | undefined;
  /** Makes the next call: `record` gives what the journal says of it, `work` is what `ctx.step` runs. */
  call<T>(kind: string, target: string, record: ((n: number, now: number) => JournalEvent) | undefined, work?: InlineWork): Promise<T>;
  patched(id: string): boolean;
  /** Refuses what the team's lists do not allow; it allows all unless said. */
  readonly refuses?: Refuses | undefined;
  /** What a run of the workflow takes, one that goes on with this one's work too. */
  readonly input: Workflow["input"];
  /** ISO-8601; what arrived until then the run may have taken, and no longer knows. */
  forgot(): string | undefined;
};

/** The author's surface over an execution's calls. */
export function workflowContext(calls: Calls): WorkflowContext {
  const until = (now: number, length: Duration): string => {
    const ms = milliseconds(length);
    if (ms > MAX_WAIT_MS) throw new ArmadaError("BAD_DURATION", `${length} is longer than 100 years`);
    return new Date(now + ms).toISOString();
  };
  const listed = (wanted: Wanted): void => {
    const refused = calls.refuses?.(wanted);
    if (refused !== undefined) throw refused;
  };
  const wait = async <T>(
    kind: Pick<AnyEventKind, "team" | "type">,
    { id, since, within }: { readonly id: string; readonly since?: string; readonly within?: Duration },
    more: { readonly fact?: true },
  ): Promise<T> => {
    known("waitFor", kind, "event", "external");
    listed({ call: "wait for", about: kind });
    const { type } = kind;
    text(id, `the id that a wait for ${type} waits for`);
    checkSince(type, since, calls.forgot());
    return await calls.call("wait for", type, (n, now) => ({
      type: "wait.set",
      data: { n, type, id, since: since ?? "", ...(within === undefined ? {} : { until: until(now, within) }), ...more },
    }));
  };
  /** Timers of deadlines whose work is done: nobody waits for them. */
  const met = new Set<number>();
  const context: WorkflowContext = {
    run: calls.run,
    now: () => calls.now(),
    random: () => calls.random(),
    ask: async (target, input, options) => {
      known("ask", target, "agent", "capability");
      if (target.kind === "capability") listed({ call: "ask", about: target });
      const { name } = target;
      const what = `the input of ${name}`;
      const form = journalForm(fitted(target.input, input, "INPUT_INVALID", what), what);
      if (target.kind === "agent")
        return await calls.call("ask agent", name, (n) => ({
          type: "step.requested",
          data: {
            n,
            agent: name,
            variant: "a",
            input: form,
            ...(target.calls.lane === undefined ? {} : { lane: target.calls.lane }),
          },
        }));
      const { team, capability } = target;
      return await calls.call("ask team", name, (n, now) => ({
        type: "ask.sent",
        data: { n, to: team, capability, input: form, until: until(now, options?.within ?? "10m") },
      }));
    },
    step: async (name, work) => {
      text(name, "the name of a step");
      if (typeof work !== "function") throw new ArmadaError("WRONG_KIND", `the work of step ${name} is no function but ${typeof work}`);
      return await calls.call("step", name, undefined, work);
    },
    emit: async (kind, data) => {
      known("emit", kind, "event", "external");
      listed({ call: "emit", about: kind });
      const what = `the data of ${kind.type}`;
      const parsed = fitted(kind.data, data, "EVENT_INVALID", what);
      const id = text(kind.id(parsed), `the id of ${kind.type}`);
      const form = journalForm(parsed, what);
      fitted(kind.data, form, "EVENT_INVALID", `${what}, once it is JSON,`); // what readers will find: a member that is undefined is not there
      await calls.call("emit", kind.type, (n) => ({
        type: "fact.emitted",
        data: { n, type: kind.type, version: kind.version, id, data: form },
      }));
    },
    sleep: (length) => calls.call("sleep", "", (n, now) => ({ type: "sleep.set", data: { n, until: until(now, length) } })),
    deadline: async (within, work) => {
      let timer: number | undefined;
      const working = work();
      const late = calls.call("sleep", "", (n, now) => {
        timer = n;
        return { type: "sleep.set", data: { n, until: until(now, within) } };
      });
      const passed = late.then(() => {
        throw new ArmadaError("DEADLINE_EXCEEDED", `the deadline of ${within} passed`);
      });
      try {
        return await Promise.race([working, passed]);
      } finally {
        if (timer !== undefined) met.add(timer);
      }
    },
    waitFor: (kind, options) => wait(kind, options, {}),
    waitForFact: (kind, options) => wait(kind, options, { fact: true }),
    approval: async (question, { show, within, otherwise }) => {
      text(question, "an approval's question");
      const form = show === undefined ? undefined : journalForm(show, `what the approval ${JSON.stringify(question)} shows`);
      const given = await calls.call<{ approved: boolean; by: string; expired: boolean }>("approval", question, (n, now) => ({
        type: "approval.asked",
        data: { n, question, show: form, until: until(now, within), otherwise },
      }));
      if (given.approved || otherwise === "continue") return given;
      const what = given.expired ? "was not given in time" : `was refused by ${given.by}`;
      if (otherwise === "fail") throw new Refusal("NOT_APPROVED", `the approval "${question}" ${what}`);
      return await calls.call("cancel", "", () => ({
        type: "run.ended",
        data: { status: "cancelled", failure: { code: "NOT_APPROVED", message: `the approval "${question}" ${what}` } },
      }));
    },
    continueAsNew: async (input) => {
      const open = calls.outstanding().filter(({ n }) => !met.has(n));
      if (open.length > 0)
        throw new ArmadaError(
          "CONTINUE_WITH_OUTSTANDING",
          `continueAsNew with ${open.map((call) => `${call.kind} ${call.target} (call ${call.n})`).join(", ")} outstanding`,
          { hint: "await every call before continuing as new" },
        );
      const what = "the input of continueAsNew";
      const form = journalForm(fitted(calls.input, input, "INPUT_INVALID", what), what);
      const restless = calls.generations();
      if (restless === undefined) return new Promise<never>(() => {});
      const data = { status: "continued", next: nextRun(calls.run.id), input: form } as const;
      return await calls.call("continue", "", () => ({ type: "run.ended", data: restless === 0 ? data : { ...data, restless } }));
    },
    patched: (id) => calls.patched(id),
  };
  const kept = <A extends readonly unknown[], T>(method: (...args: A) => Promise<T>) => settled(calls, method);
  return {
    ...context,
    ask: kept(context.ask) as WorkflowContext["ask"],
    step: kept(context.step) as WorkflowContext["step"],
    emit: kept(context.emit) as WorkflowContext["emit"],
    sleep: kept(context.sleep),
    deadline: kept(context.deadline) as WorkflowContext["deadline"],
    waitFor: kept(context.waitFor) as WorkflowContext["waitFor"],
    waitForFact: kept(context.waitForFact) as WorkflowContext["waitForFact"],
    approval: kept(context.approval),
    continueAsNew: kept(context.continueAsNew),
  };
}

/** A call that nobody awaits may fail without ending the process: its outcome is in the journal. */
function settled<A extends readonly unknown[], T>(
  calls: Pick<Calls, "spins">,
  method: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  return (...args) => {
    if (calls.spins()) return new Promise(() => {});
    const promise = method(...args);
    promise.catch(() => undefined);
    return promise;
  };
}

/** @throws ArmadaError `WRONG_KIND`, in place of what the language says of a member of undefined */
function known(call: string, given: unknown, ...kinds: readonly string[]): void {
  const kind = typeof given === "object" && given !== null && "kind" in given ? given.kind : undefined;
  if (typeof kind === "string" && kinds.includes(kind)) return;
  const what = typeof kind === "string" ? `something of kind ${kind}` : given === null ? "null" : typeof given;
  throw new ArmadaError("WRONG_KIND", `ctx.${call} was given ${what}, which is no ${kinds.join(" and no ")}`, {
    hint: "is the import right, and without a circle?",
  });
}

/** @throws ArmadaError `INPUT_INVALID` where it is no string, or none for a name */
function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new ArmadaError("INPUT_INVALID", `${what} is no string but ${typeof value}`);
  if (Buffer.byteLength(value) > MAX_NAME) throw new ArmadaError("INPUT_INVALID", `${what} is longer than ${MAX_NAME} bytes`);
  return value;
}

/** @throws ArmadaError `BAD_TIME`, `LOOK_BACK_LOST` */
function checkSince(type: string, since: string | undefined, forgot: string | undefined): void {
  if (since === undefined) return;
  const from = isoTime(since);
  if (Number.isNaN(from))
    throw new ArmadaError("BAD_TIME", `a wait for ${type} looks since ${JSON.stringify(since)}, which is no time`, {
      hint: "write ISO-8601, e.g. 2026-01-31T00:00:00Z",
    });
  if (forgot === undefined || from > Date.parse(forgot)) return;
  throw new ArmadaError(
    "LOOK_BACK_LOST",
    `a wait for ${type} looks since ${since}: what this run took until ${forgot} it no longer knows`,
    {
      hint: "a run remembers 1,000 ids that it took events for: look since a later time",
    },
  );
}
