import type { About } from "./about.ts";

/** Why a run or a step of it failed, stopped, or waits. */
export const runs = {
  AGENT_FAILED: {
    is: "an agent's, a tool's or a step's own code threw an error without a code",
    next: "mend it, then `armada runs retry ID`",
  },
  AGENT_NOT_SERVED: { is: "a step waits for an agent that no replica of the team serves", next: "list the agent again and start the team" },
  ATTEMPTS_EXHAUSTED: {
    is: "a step's attempts are used up and left no error of their own",
    next: "see its last failure, then `armada runs retry ID`",
  },
  ATTEMPT_LOST: {
    is: "the process of an attempt stood still too long, and another may have its step",
    next: "nothing: the step is tried again",
  },
  ATTEMPT_TIMED_OUT: { is: "an attempt took longer than the agent's `limits.timeout`", next: "raise it, or do less in one step" },
  BREAKER_OPEN: {
    is: "calls of an agent pause because it fails, or because its operator wants it so",
    next: "`armada breakers` says why and until when; `armada breakers close TEAM.AGENT` lets them go out",
  },
  BUSY: { is: "the team's stream has hardly any room left and takes no new runs", next: "see `armada health`; ask again later" },
  CHAIN_TOO_LONG: { is: "events and asks start each other in a circle", next: "`armada trace ID` shows the chain" },
  CONTINUE_WITH_OUTSTANDING: { is: "`ctx.continueAsNew` while calls are open", next: "await every call before it" },
  DEADLINE_EXCEEDED: {
    is: "the work in `ctx.deadline` took longer than it was given",
    next: "catch it in the workflow, or give it longer",
  },
  DECISION_TOO_LARGE: { is: "a workflow asked for more in one turn than a message holds", next: "await some calls before the next" },
  DRAINED: { is: "a replica stops, and its attempt ends with it", next: "nothing: another replica does the step" },
  ENGINE_FAULT: {
    is: "a message of a run cannot be handled, so the run was parked",
    next: "`armada parked list`; mend, then `armada parked redrive ID`",
  },
  EVENT_LOOP_HELD: {
    is: "code computed for so long that its process was ended; the log says which step it was, and where it stood",
    next: "mend it, or set `limits.isolate` of the agent",
  },
  EVENT_INVALID: { is: "the data of an event does not fit its schema", next: "correct the data, or the schema" },
  INPUT_INVALID: { is: "an input does not fit its schema", next: "correct the input: the message names the member" },
  ISOLATED: {
    is: "nothing of a team, or of an agent of it, begins for now, because its operator wants it so",
    next: "`armada isolate` says why and until when; `armada isolate --undo PREFIX` ends it",
  },
  JOURNAL_FULL: { is: "a run has as many calls as a journal holds", next: "end long runs with ctx.continueAsNew(input)" },
  LOOK_BACK_LOST: { is: "a wait looks back to a time of which the run no longer knows what it took", next: "look since a later time" },
  NOT_APPROVED: { is: "a person said no, or nothing in time", next: "`otherwise` of `ctx.approval` says what follows" },
  NOT_DECLARED: {
    is: "an agent uses a tool or a read model that it does not declare",
    next: "add it to `tools` or `context` of the agent",
  },
  NOT_KEPT: { is: "a value would not be the same once it is JSON", next: "plain objects, lists, texts, finite numbers, true, false, null" },
  OUTPUT_INVALID: {
    is: "what an agent, a tool or a workflow gave does not fit its output schema",
    next: "correct the code, or the schema",
  },
  PARKED: { is: "a step is set aside after its attempts", next: "`armada parked list`; mend, then `armada parked redrive ID`" },
  READ_MODEL_INITIAL: { is: "the initial state of a read model is none that can be kept", next: "make `initial` plain JSON" },
  READ_MODEL_STOPPED: { is: "a fold of a read model threw; it stands where it stopped", next: "mend the fold and start the team again" },
  RUN_CANCELLED: { is: "the run was cancelled", next: "start another" },
  RUN_ENDED: { is: "the run of an attempt has ended meanwhile", next: "nothing: its outcome is not wanted any more" },
  RUN_UNKNOWN: { is: "the journal of a run has no start", next: "`armada doctor` examines the stream" },
  SANDBOX_ENDED: {
    is: "an agent's code ended the thread or process that it ran in, or took more memory than it has",
    next: "mend it, then `armada runs retry ID`; `limits.memory` of the agent gives it more",
  },
  SANDBOX_FAILED: {
    is: "the thread or process for an agent's calls could not be started",
    next: "see the team's log: it loads what a replica loads",
  },
  STEP_DECIDED: { is: "an attempt is late: its step has an outcome", next: "nothing: the first outcome holds" },
  TEAM_NOT_HERE: { is: "a run asks a team that has no stream here", next: "`armada provision` where that team's code is" },
  TIMED_OUT: {
    is: "what a workflow waited for was not answered in the time that it gave",
    next: "catch it in the workflow, or give it longer",
  },
  VALUE_NOT_JSON: { is: "a value cannot be journaled", next: "plain objects, lists, texts, finite numbers, true, false, null" },
  VERSION_NOT_SERVED: {
    is: "no replica serves the version of a workflow that a run is of",
    next: "list it again, or `armada runs move ID --to VERSION`",
  },
  WORKER_LOST: { is: "the replica that ran an attempt went away", next: "nothing: the step is tried again" },
  WORKFLOW_AWAITS_OUTSIDE: {
    is: "a workflow awaited something that is not of `ctx`",
    next: "put the outside work into ctx.step(name, fn) or an agent; then `armada runs retry ID`",
  },
  WORKFLOW_CHANGED: {
    is: "a workflow's code no longer fits the journal of a run",
    next: "undo the edit, or keep it as a new version beside the old one; then `armada runs retry ID`",
  },
  WORKFLOW_FAILED: { is: "a workflow's own code threw an error without a code", next: "mend it; a run that failed stays so" },
  WORKFLOW_HELD_LOOP: {
    is: "a workflow's function computed for seconds without a pause: its process was ended, and its run is stopped",
    next: "put long work into an agent, or end the loop; then `armada runs retry ID`",
  },
  WORKFLOW_SPINS: {
    is: "a workflow goes round without waiting for anything",
    next: "wait for something in each round of a loop, a failed call too: ctx.sleep(length)",
  },
  WORKFLOW_UNKNOWN: { is: "a team has no workflow of that name", next: "the hint lists those that it has" },
} as const satisfies Record<string, About>;
