import { ArmadaError, type Duration, milliseconds, Refusal } from "@armada/contracts";
import type { WorkflowContext } from "../define.ts";
import type { JournalEvent } from "./journal-events.ts";

/** Durable inline work, with its idempotency key. */
export type InlineWork = (about: { idempotencyKey: string; signal: AbortSignal }) => unknown;

/** What a workflow's `ctx` stands on: the calls of one execution. */
export type Calls = {
  readonly run: { readonly id: string; readonly correlation: string };
  now(): number;
  random(): number;
  outstanding(): readonly { readonly n: number; readonly kind: string; readonly target: string }[];
  /** Makes the next call: `record` gives what the journal says of it, `work` is what `ctx.step` runs. */
  call<T>(kind: string, target: string, record: ((n: number, now: number) => JournalEvent) | undefined, work?: InlineWork): Promise<T>;
  patched(id: string): boolean;
  /** ISO-8601; what arrived until then the run may have taken, and no longer knows. */
  forgot(): string | undefined;
};

/** The author's surface over an execution's calls. */
export function workflowContext(calls: Calls): WorkflowContext {
  const until = (now: number, length: Duration): string => new Date(now + milliseconds(length)).toISOString();
  const context: WorkflowContext = {
    run: calls.run,
    now: () => calls.now(),
    random: () => calls.random(),
    ask: async (target, input, options) => {
      const parsed = target.input.safeParse(input);
      if (!parsed.success)
        throw new ArmadaError("INPUT_INVALID", `the input of ${target.name} does not fit: ${parsed.error.issues.map(issue).join("; ")}`);
      const name = target.name;
      if (target.kind === "agent")
        return await calls.call("ask agent", name, (n) => ({
          type: "step.requested",
          data: {
            n,
            agent: name,
            variant: "a",
            input: parsed.data,
            ...(target.calls.lane === undefined ? {} : { lane: target.calls.lane }),
          },
        }));
      const { team, capability } = target;
      return await calls.call("ask team", name, (n, now) => ({
        type: "ask.sent",
        data: { n, to: team, capability, input: parsed.data, until: until(now, options?.within ?? "10m") },
      }));
    },
    step: (name, work) => calls.call("step", name, undefined, work),
    emit: async (kind, data) => {
      const parsed = kind.data.safeParse(data);
      if (!parsed.success)
        throw new ArmadaError("EVENT_INVALID", `the data of ${kind.type} does not fit: ${parsed.error.issues.map(issue).join("; ")}`);
      await calls.call("emit", kind.type, (n) => ({
        type: "fact.emitted",
        data: { n, type: kind.type, version: kind.version, id: kind.id(parsed.data), data: parsed.data },
      }));
    },
    sleep: (length) => calls.call("sleep", "", (n, now) => ({ type: "sleep.set", data: { n, until: until(now, length) } })),
    deadline: (within, work) =>
      Promise.race([
        work(),
        context.sleep(within).then(() => {
          throw new ArmadaError("DEADLINE_EXCEEDED", `the deadline of ${within} passed`);
        }),
      ]),
    waitFor: async (kind, { id, since, within }) => {
      if (typeof id !== "string") throw new ArmadaError("INPUT_INVALID", `the id that a wait for ${kind.type} waits for is no string`);
      checkSince(kind.type, since, calls.forgot());
      return await calls.call("wait for", kind.type, (n, now) => ({
        type: "wait.set",
        data: { n, type: kind.type, id, since: since ?? "", ...(within === undefined ? {} : { until: until(now, within) }) },
      }));
    },
    approval: async (question, { show, within, otherwise }) => {
      const given = await calls.call<{ approved: boolean; by: string; expired: boolean }>("approval", question, (n, now) => ({
        type: "approval.asked",
        data: { n, question, show, until: until(now, within), otherwise },
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
      const open = calls.outstanding();
      if (open.length > 0)
        throw new ArmadaError(
          "CONTINUE_WITH_OUTSTANDING",
          `continueAsNew with ${open.map((call) => `${call.kind} ${call.target} (call ${call.n})`).join(", ")} outstanding`,
          { hint: "await every call before continuing as new" },
        );
      return await calls.call("continue", "", () => ({
        type: "run.ended",
        data: { status: "continued", next: nextRun(calls.run.id), input },
      }));
    },
    patched: (id) => calls.patched(id),
  };
  return {
    ...context,
    ask: kept(context.ask) as WorkflowContext["ask"],
    step: kept(context.step) as WorkflowContext["step"],
    emit: kept(context.emit) as WorkflowContext["emit"],
    sleep: kept(context.sleep),
    deadline: kept(context.deadline) as WorkflowContext["deadline"],
    waitFor: kept(context.waitFor) as WorkflowContext["waitFor"],
    approval: kept(context.approval),
  };
}

/** A call that nobody awaits may fail without ending the process: its outcome is in the journal. */
function kept<A extends readonly unknown[], T>(method: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  return (...args) => {
    const promise = method(...args);
    promise.catch(() => undefined);
    return promise;
  };
}

function issue(of: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return `${of.path.join(".") || "value"}: ${of.message}`;
}

/** @throws ArmadaError `BAD_TIME`, `LOOK_BACK_LOST` */
function checkSince(type: string, since: string | undefined, forgot: string | undefined): void {
  if (since === undefined) return;
  const from = Date.parse(since);
  if (typeof since !== "string" || Number.isNaN(from))
    throw new ArmadaError("BAD_TIME", `a wait for ${type} looks since ${JSON.stringify(since)}, which is no time`, {
      hint: "write ISO-8601",
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

/** `<run>~2` after `<run>`, `<run>~3` after `<run>~2`. */
function nextRun(run: string): string {
  const match = /^(.*)~(\d+)$/.exec(run);
  return match === null ? `${run}~2` : `${match[1]}~${Number(match[2]) + 1}`;
}
