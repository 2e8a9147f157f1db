import { Article } from "@armada/content/contract";
import { Envelope } from "@armada/contracts";
import { moneyLines } from "@armada/operations/money/lines";
import { z } from "zod";

/**
 * The lines that `--json` prints and other programs may rely on: fields are added freely and never renamed. Readers take
 * fields they do not know. `proto/cli/` holds these as JSON Schemas, one file a key.
 */
const text = z.string();
const count = z.int().min(0);
const iso = z.string().describe("ISO-8601 UTC");
const micros = z.int().describe("micro-dollars");
const problem = { code: text, message: text };

const step = z.object({
  n: z.int().min(1).describe("which of the workflow's calls"),
  agent: text,
  variant: text,
  status: z.enum(["requested", "completed", "refused", "parked", "withdrawn"]),
  attempts: count.describe("those that succeeded, failed or were interrupted"),
  waited: count.optional().describe("of these, those that came to a wait for a budget or a provider"),
  outcomes: count.describe("1 once there is an outcome; never more"),
  ms: z.number().min(0),
  tokens: count,
  costMicros: micros,
  degraded: z.object(problem).optional().describe("set where a fallback answered"),
  lastFailure: z.object({ ...problem, hint: text.optional() }).optional(),
  savedMicros: micros.optional().describe("what answers from a cache did not cost, in micro-dollars"),
});

const run = z.object({
  type: z.literal("run"),
  run: text,
  team: text,
  workflow: text,
  version: z.int(),
  status: z.enum(["running", "waiting", "parked", "stopped", "completed", "degraded", "failed", "cancelled", "continued"]),
  search: z.record(text, text).optional().describe("its business keys, as its workflow's `search` gave them"),
  startedAt: iso,
  endedAt: iso.optional(),
  next: text.optional().describe("the run that goes on with the work of one that continued"),
  interruptions: count.describe("attempts that were lost with their replica"),
  waitingFor: z
    .array(z.object({ kind: text, n: z.int(), what: text, until: iso.optional() }))
    .readonly()
    .optional(),
  reason: z.object({ ...problem, hint: text.optional() }).optional(),
  approvals: z
    .array(
      z.object({
        n: z.int().min(1),
        question: text,
        show: z.unknown().optional().describe("what is approved"),
        status: z.enum(["open", "approved", "refused", "expired", "withdrawn"]),
        askedAt: iso,
        until: iso,
        otherwise: z.enum(["cancel", "fail", "continue"]).describe("what a refusal and an expiry do"),
        by: text.optional().describe("who answered"),
        at: iso.optional().describe("when it was answered or expired"),
      }),
    )
    .readonly()
    .optional()
    .describe("what it asked people"),
  input: z.unknown().optional().describe("what it was given; of `runs show`"),
  output: z.unknown().optional().describe("what it answered, once it has; of `runs show`"),
  calls: z
    .array(
      z.object({
        n: z.int().min(1),
        kind: z.enum(["ask", "event"]),
        what: text,
        status: z.enum(["open", "answered", "taken", "refused", "timed_out", "withdrawn"]),
        askedAt: iso,
        at: iso.optional().describe("when it was settled"),
        event: text.optional().describe("the event that was taken"),
        failure: z.object(problem).optional(),
      }),
    )
    .readonly()
    .optional()
    .describe("what it asked other teams, and the events that it waited for"),
  steps: z.array(step).readonly(),
});

const result = z.object({
  type: z.literal("result"),
  run: text.describe("the one asked for"),
  generation: text.optional().describe("the run that ended its work, where `run` continued as new: RUN~2, RUN~3 and so on"),
  workflow: text,
  status: z.enum(["completed", "degraded", "failed", "cancelled", "continued", "stopped", "parked"]),
  ms: z.number(),
  tokens: count,
  costMicros: micros,
  degraded: z.array(z.object({ step: z.int(), agent: text, ...problem })).readonly(),
  failure: z.object({ ...problem, hint: text.optional(), details: z.unknown().optional() }).optional(),
  reason: z
    .object({ ...problem, hint: text.optional() })
    .optional()
    .describe("what holds it up where it has not ended"),
  output: z.unknown().describe("what the workflow answered; null where it has not"),
});

const node = z.object({
  kind: z.enum(["event", "run", "step", "ask", "approval", "wait"]),
  id: text,
  team: text,
  what: text,
  at: text.describe("ISO-8601 UTC; empty where the log does not tell"),
  status: text.optional(),
  by: text.optional().describe("who answered an approval; the event that a wait took"),
  get children() {
    return z.array(node).readonly();
  },
});

/** `article`, `html` and `cover` are the paths of the files that the command wrote. */
const articleOutput = Article.extend({ article: text.describe("path"), html: text.describe("path"), cover: text.describe("path") });

const restoredStream = z.object({ stream: text, messages: count, lastSeq: count });

export const lines = {
  accepted: z.union([
    z.object({ type: z.literal("accepted"), run: text, seq: count }),
    z.object({ type: z.literal("accepted"), event: text, seq: count, already: z.boolean().optional() }),
  ]),
  already: z.object({ type: z.literal("already"), run: text, message: text }),
  asyncapi: z.object({ type: z.literal("asyncapi"), document: z.record(text, z.unknown()).describe("AsyncAPI 3.0") }),
  change: z.object({ type: z.literal("change"), change: z.enum(["create", "update", "delete"]), what: text, why: text.optional() }),
  "contract-change": z
    .object({
      type: z.literal("contract-change"),
      of: z.enum(["event", "external", "input", "output"]).describe("`input` and `output` are of a capability"),
      teams: z.array(text).readonly().describe("whose it is; of a type from outside, who takes it"),
      name: text,
      at: text.describe("JSON pointer in the schema; empty where all of it is meant"),
      change: text.describe("as `field-removed`"),
      what: text.describe("the same in words"),
      breaks: z
        .array(z.enum(["readers", "writers", "stored"]))
        .readonly()
        .describe("`readers` and `writers` have the schema of the release; `stored`: events in the streams do not fit that of now"),
      allowed: z.boolean().describe("its version was raised"),
    })
    .describe("what is otherwise than in a snapshot of contracts"),
  "contracts-checked": z.object({
    type: z.literal("contracts-checked"),
    against: text,
    changes: count,
    breaking: count.describe("those that break somebody and are not allowed"),
    allowed: count,
  }),
  created: z.object({ type: z.literal("created"), file: text }),
  "demo-broken": z
    .object({
      type: z.literal("broken"),
      team: text,
      agent: text,
      failures: count.describe("calls that failed until its breaker opened"),
      probes: count.describe("calls that went out while it was open"),
      opened: iso,
      closed: iso.nullable().describe("null where it has not closed"),
      articles: z
        .array(
          z.object({ run: text, status: run.shape.status, ms: count, degraded: z.array(z.object({ agent: text, code: text })).readonly() }),
        )
        .readonly(),
    })
    .describe("what came of an agent that the demo broke; of `demo --break`"),
  "demo-call": z
    .object({
      type: z.literal("call"),
      team: text,
      agent: text,
      call: text.describe("the step, as <run>-<n>"),
      attempt: z.int().min(1),
      ok: z.boolean(),
      at: iso,
    })
    .describe("a call of the agent that the demo broke; of `demo --break`"),
  "demo-result": result.extend({ output: articleOutput.nullable() }),
  done: z.object({ type: z.literal("done"), run: text, status: run.shape.status }),
  error: z.object({ type: z.literal("error"), ...problem, hint: text.optional() }),
  event: z.looseObject({ ...Envelope.shape, seq: count, stream: text, natssubject: text }),
  finding: z.object({
    type: z.literal("finding"),
    name: text,
    value: z.union([text, z.number(), z.boolean()]),
    from: text.optional().describe("where a configured value came from"),
    ok: z.boolean(),
    next: text.optional().describe("what to do"),
  }),
  health: z.object({
    type: z.literal("health"),
    team: text,
    ok: z.boolean(),
    replicas: count.describe("that `up` started and that are alive; of a team that others run, those that wait for work"),
    restarts: count,
    messages: count,
    pending: count,
    unacked: count,
    unserved: z.array(text).readonly().describe("queues with work and nobody who pulls it"),
    troubles: z
      .array(z.object({ ...problem, next: text.optional().describe("what to do") }))
      .readonly()
      .describe("what is wrong with it; `ok` where there is none"),
  }),
  parked: z.object({
    type: z.literal("parked"),
    team: text,
    run: text,
    workflow: text,
    step: z.int(),
    agent: text,
    variant: text,
    attempts: count,
    ...problem,
    hint: text.optional(),
    since: iso,
    chain: z.array(text).readonly().describe("what began the work, what caused the run, the run"),
    trace: text.optional(),
  }),
  "parked-message": z
    .object({ type: z.literal("parked-message"), team: text, seq: count, subject: text, attempts: count, ...problem })
    .describe("a message that belongs to no run"),
  breaker: z.object({
    type: z.literal("breaker"),
    team: text,
    agent: text,
    status: z.enum(["closed", "open", "half_open"]).describe("closed: calls go out; half open: one tries"),
    since: iso.optional(),
    until: iso
      .optional()
      .describe("open: when a call is tried; half open: when the one that tries counts as lost; closed: until when none opens it"),
    why: text.optional(),
    by: z.enum(["calls", "probe", "operator"]).optional().describe("what opened or closed it"),
    opened: count.describe("how often it has"),
  }),
  cascade: z
    .object({
      type: z.literal("cascade"),
      subject: text.describe("TEAM or TEAM.AGENT that runs wait for, or that fails"),
      failing: z
        .array(z.object({ subject: text, code: text.describe("as health has it"), why: text, since: iso.optional() }))
        .readonly()
        .describe("empty: it does its work"),
      runs: count.describe("open runs that wait for it, also by asks of others"),
      workflows: z.array(text).readonly().describe("theirs, as TEAM.WORKFLOW"),
      teams: z.array(text).readonly().describe("theirs"),
      together: count.describe("how many subjects fail now; three or more are a cascade"),
    })
    .describe("who waits for whom now"),
  isolation: z.object({
    type: z.literal("isolation"),
    prefix: text.describe("TEAM or TEAM.AGENT"),
    status: z.enum(["isolated", "returned"]),
    since: iso,
    until: iso.describe("isolated: when it ends by itself; returned: when it was"),
    why: text,
    by: text.describe("who isolated or returned it"),
  }),
  schedule: z.object({
    type: z.literal("schedule"),
    team: text,
    name: text,
    cron: text,
    zone: text,
    workflow: text,
    missed: text.describe("skip, once or all: what becomes of missed firings"),
    planned: z.boolean().describe("whether a replica has planned it as the team's manifest says it"),
    next: iso.optional().describe("the first firing of which nothing is decided yet"),
    last: iso.optional().describe("the last firing that started a run"),
    passed: count.describe("missed firings that started no run"),
    uncounted: z.literal(true).optional().describe("more were passed over than was counted"),
  }),
  ...moneyLines,
  "parked-show": z.object({
    type: z.literal("parked"),
    team: text,
    run: text,
    seq: count,
    status: run.shape.status,
    at: iso,
    n: z.int(),
    agent: text,
    variant: text,
    ...problem,
    hint: text.optional(),
    attempts: count,
    chain: z.array(text).readonly(),
    trace: text.optional(),
  }),
  "parked-settled": z
    .object({
      type: z.enum(["redriven", "discarded"]),
      team: text,
      run: text,
      outcome: z
        .enum(["taken", "nothing", "unanswered"])
        .describe("nothing: it is not parked any more; unanswered: no replica took it, and none will"),
      by: text,
      why: text.optional(),
      replica: text.optional().describe("which took it"),
      status: run.shape.status.optional().describe("of the run, where it was taken or nothing was to do"),
      steps: z
        .array(
          z.object({
            n: z.int(),
            agent: text,
            became: z.enum(["completed", "refused", "parked", "withdrawn", "open"]).describe("open: it is not known yet"),
            code: text.optional(),
            message: text.optional(),
          }),
        )
        .readonly(),
    })
    .describe("what became of a run's parked steps"),
  "dry-run": z
    .object({
      type: z.literal("dry-run"),
      team: text,
      run: text,
      n: z.int(),
      agent: text,
      attempt: z.int(),
      outcome: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("completed"), output: z.unknown() }),
        z.object({ kind: z.literal("refused"), ...problem, hint: text.optional(), stack: text.optional() }),
        z.object({
          kind: z.literal("failed"),
          ...problem,
          hint: text.optional(),
          stack: text.optional(),
          terminal: z.boolean().describe("no other attempt would be made"),
          fallback: z
            .union([z.object({ output: z.unknown() }), z.object({ ...problem, hint: text.optional(), stack: text.optional() })])
            .optional(),
        }),
        z.object({ kind: z.literal("held") }),
      ]),
      calls: z
        .array(
          z.union([
            z.object({
              kind: z.literal("model"),
              task: text,
              tier: text,
              tokens: count,
              how: z.enum(["recorded", "local", "held"]),
              at: iso.optional(),
            }),
            z.object({
              kind: z.literal("tool"),
              tool: text,
              effect: z.enum(["read", "write"]),
              input: z.unknown(),
              how: z.enum(["ran", "held"]),
            }),
          ]),
        )
        .readonly()
        .describe("held: it would be made, and is not"),
      onRecord: z.array(text).readonly().describe("effects of earlier attempts, as TOOL.1, that are not done again"),
      next: z
        .array(z.object({ does: text, what: text, data: z.unknown().optional() }))
        .readonly()
        .describe("what the workflow would do then"),
    })
    .describe("what the code of now would do with a parked step"),
  "message-settled": z
    .object({
      type: z.enum(["message-redriven", "message-discarded"]),
      team: text,
      seq: count,
      outcome: z.enum(["taken", "failed", "nothing", "unanswered"]).describe("failed: it was tried again, and stays parked"),
      by: text,
      why: text.optional(),
      replica: text.optional(),
      reason: text.optional().describe("why it failed again"),
    })
    .describe("what became of a parked message of no run"),
  "parked-total": z.object({
    type: z.literal("parked-total"),
    runs: count,
    messages: count.describe("of no run"),
    taken: count,
    nothing: count,
    unanswered: count,
    again: count.describe("runs of which a step, and messages that, failed again"),
  }),
  ready: z.object({
    type: z.literal("ready"),
    gateway: text.nullable().describe("its address; null where the gateway does not run"),
    nats: text,
    key: text.optional().describe("the gateway's"),
    pids: z.record(text, z.array(z.int())).describe("by service, and `nats` where the server is ours"),
  }),
  moved: z.object({
    type: z.literal("moved"),
    team: text,
    to: text.describe("the address of the server that has it now"),
    streams: z.array(restoredStream).readonly(),
    kept: text.describe("the file of the backup that it went by"),
  }),
  restored: z.object({
    type: z.literal("restored"),
    team: text,
    streams: z.array(restoredStream).readonly(),
    from: text.describe("the file of the backup"),
  }),
  removed: z.object({
    type: z.literal("removed"),
    team: text,
    streams: z.array(text).readonly(),
    bytes: count.describe("what its streams held"),
    kept: text.optional().describe("the file of the backup"),
  }),
  separated: z.object({
    type: z.literal("separated"),
    streams: z.array(text).readonly().describe("what was moved into its owner's account"),
  }),
  restarted: z
    .object({ type: z.literal("restarted"), run: text, n: z.int(), attempt: z.int() })
    .describe("what was said in this step so far does not count: its text begins again"),
  result,
  restart: z
    .object({
      type: z.literal("restart"),
      team: text,
      status: z.enum(["restarted", "started", "stopped", "refused"]).describe("refused: what ran before goes on"),
      ms: z.int().min(0).describe("from the change to the new replica serving, or to the refusal"),
      files: z.array(text).readonly().describe("what changed, from the project's folder"),
      problem: z
        .object({ ...problem, hint: text.optional(), file: text.optional(), line: z.int().optional(), column: z.int().optional() })
        .optional()
        .describe("why the code was refused, and where"),
    })
    .describe("what became of a change of files; of `dev`"),
  run,
  settings: z
    .object({ type: z.literal("settings"), file: text, changed: z.array(text).readonly().describe("those that hold from the next start") })
    .describe("the configuration was changed; of `dev`"),
  state: z.object({
    type: z.literal("state"),
    team: text,
    model: text,
    version: z.int(),
    asOf: count,
    state: z.unknown(),
    stopped: z.object({ version: z.int(), seq: count, event: text, type: text, message: text }).optional(),
  }),
  modelServer: z.union([
    z.object({ type: z.literal("model-server"), url: text }),
    z.object({
      type: z.literal("model-request"),
      model: text,
      answer: text.optional().describe("the script's entry, as answers[0] or default; absent where none fits"),
      status: z.int(),
    }),
    z.object({ type: z.literal("model-requests"), requests: count, unmatched: count.describe("that found no answer in the script") }),
  ]),
  key: z
    .object({
      type: z.literal("key"),
      name: text,
      scopes: z.array(text).readonly(),
      made: iso.optional(),
      expires: iso.optional(),
      expired: z.literal(true).optional(),
      perMinute: count.optional(),
      revoked: z.literal(true).optional(),
      signs: z.literal(true).optional().describe("by Standard Webhooks, instead of sending a key"),
      file: text.optional().describe("where a key that was just made lies"),
    })
    .describe("a key of the gateway"),
  hook: z
    .object({
      type: z.literal("hook"),
      name: text,
      url: text.optional().describe("without what stands behind the host"),
      types: z.array(text).readonly().optional(),
      runs: z.array(text).readonly().optional(),
      file: text.optional().describe("where the secret of one that was just made lies"),
      removed: z.literal(true).optional(),
      ordered: z.enum(["redrive", "discard", "enable"]).optional().describe("what its gateway was told to do"),
      state: z.enum(["sending", "down", "disabled", "full", "new"]).optional(),
      since: iso.optional(),
      sent: count.optional().describe("how many its receiver has taken"),
      behind: count.optional().describe("messages of the streams that were not read yet, wanted or not"),
      waiting: count.optional().describe("keys that wait for another try"),
      parked: count.optional().describe("keys that are sent nothing of until they are redriven"),
      unknown: z.array(text).readonly().optional().describe("of its types and runs those that no team has"),
      error: text.optional().describe("the last one"),
    })
    .describe("where the gateway sends facts and ended runs"),
  "parked-of-hook": z.object({
    type: z.literal("parked-of-hook"),
    hook: text,
    id: text.describe("its webhook-id"),
    key: text.describe("what it is of, as a subject filter"),
    tries: count,
    since: iso,
    more: z.boolean().describe("whether later ones of its key wait behind it"),
    error: text,
  }),
  step: step.extend({ type: z.literal("step"), run: text }),
  text: z
    .object({
      type: z.literal("text"),
      run: text,
      n: z.int().min(1),
      attempt: z.int().min(1),
      call: z.int().min(1).describe("which of the attempt's calls"),
      seq: count.describe("counts from 0 in the call; where one is missing it was not heard"),
      text: text.describe("as the model writes it: of a structured answer its JSON, valid once it is whole"),
    })
    .describe("what a model says in a running call; never stored"),
  trace: z.object({
    type: z.literal("trace"),
    id: text,
    correlation: text,
    messagesRead: count,
    ms: count,
    missing: z.array(text).readonly().optional().describe("teams whose streams could not be read"),
    root: node,
  }),
  types: z
    .object({
      type: z.literal("types"),
      errors: z.array(z.object({ file: text, line: z.int(), column: z.int(), ...problem })).readonly(),
    })
    .describe("all that the type checker says, where it is not what it said before; of `dev`"),
} as const;

export type LineOf<K extends keyof typeof lines> = z.infer<(typeof lines)[K]>;
/** Any line of any command. */
export type Line = LineOf<keyof typeof lines>;
export type TraceNode = z.infer<typeof node>;
