import { ArmadaError } from "@armada/contracts";
import { RUN_STATUSES } from "@armada/engine";
import { Command, InvalidArgumentError } from "commander";
import { sinceOf } from "./arguments/since.ts";
import type { CostFlags } from "./commands/costs.ts";
import type { ListFlags } from "./commands/list-runs.ts";
import type { ReconcileFlags } from "./commands/reconcile.ts";
import type { StateFlags } from "./commands/state.ts";
import { EXIT, exitCodeOf, explain, inWords } from "./exit.ts";
import { lazily } from "./lazily.ts";
import { type Output, output } from "./output.ts";
import { openSession, type Session } from "./session.ts";
import { checkKnown, definitionOf } from "./teams.ts";

// A reader that has seen enough (`| head`) is no error, a terminal that was closed must not keep a mesh from draining, and a mesh
// whose output is kept on a disk that is full goes on without it.
const serves = process.argv[2] === "up";
for (const stream of [process.stdout, process.stderr])
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code !== "EIO" && !(code === "ENOSPC" && serves)) process.exit(code === "EPIPE" ? EXIT.ok : EXIT.failed);
  });

// Each command loads what it needs when it is typed: all of them together are half of the time that a small one takes.
const budgetsCommand = lazily(
  () => import("./commands/budgets.ts"),
  (module) => module.budgetsCommand,
);
const suspectsCommand = lazily(
  () => import("./commands/budgets.ts"),
  (module) => module.suspectsCommand,
);
const costsCommand = lazily(
  () => import("./commands/costs.ts"),
  (module) => module.costsCommand,
);
const groupingOf = lazily(
  () => import("./commands/costs.ts"),
  (module) => module.groupingOf,
);
const demoCommand = lazily(
  () => import("./commands/demo.ts"),
  (module) => module.demoCommand,
);
const doctorCommand = lazily(
  () => import("./commands/doctor.ts"),
  (module) => module.doctorCommand,
);
const emitCommand = lazily(
  () => import("./commands/emit.ts"),
  (module) => module.emitCommand,
);
const listEvents = lazily(
  () => import("./commands/events.ts"),
  (module) => module.listEvents,
);
const showEvent = lazily(
  () => import("./commands/events.ts"),
  (module) => module.showEvent,
);
const tailEvents = lazily(
  () => import("./commands/events.ts"),
  (module) => module.tailEvents,
);
const healthCommand = lazily(
  () => import("./commands/health.ts"),
  (module) => module.healthCommand,
);
const checkList = lazily(
  () => import("./commands/list-runs.ts"),
  (module) => module.checkList,
);
const listRuns = lazily(
  () => import("./commands/list-runs.ts"),
  (module) => module.listRuns,
);
const moveTeam = lazily(
  () => import("./commands/move-team.ts"),
  (module) => module.moveTeam,
);
const newTeam = lazily(
  () => import("./commands/new-team.ts"),
  (module) => module.newTeam,
);
const listParked = lazily(
  () => import("./commands/parked.ts"),
  (module) => module.listParked,
);
const showParked = lazily(
  () => import("./commands/parked.ts"),
  (module) => module.showParked,
);
const provisionCommand = lazily(
  () => import("./commands/provision.ts"),
  (module) => module.provisionCommand,
);
const reconcileCommand = lazily(
  () => import("./commands/reconcile.ts"),
  (module) => module.reconcileCommand,
);
const removeTeam = lazily(
  () => import("./commands/remove-team.ts"),
  (module) => module.removeTeam,
);
const restoreCommand = lazily(
  () => import("./commands/restore-team.ts"),
  (module) => module.restoreCommand,
);
const runCommand = lazily(
  () => import("./commands/run.ts"),
  (module) => module.runCommand,
);
const watchCommand = lazily(
  () => import("./commands/run.ts"),
  (module) => module.watchCommand,
);
const approval = lazily(
  () => import("./commands/runs.ts"),
  (module) => module.approval,
);
const cancellation = lazily(
  () => import("./commands/runs.ts"),
  (module) => module.cancellation,
);
const checkMove = lazily(
  () => import("./commands/runs.ts"),
  (module) => module.checkMove,
);
const controlRun = lazily(
  () => import("./commands/runs.ts"),
  (module) => module.controlRun,
);
const findRun = lazily(
  () => import("./commands/runs.ts"),
  (module) => module.findRun,
);
const move = lazily(
  () => import("./commands/runs.ts"),
  (module) => module.move,
);
const retrial = lazily(
  () => import("./commands/runs.ts"),
  (module) => module.retrial,
);
const showRun = lazily(
  () => import("./commands/runs.ts"),
  (module) => module.showRun,
);
const stateCommand = lazily(
  () => import("./commands/state.ts"),
  (module) => module.stateCommand,
);
const traceCommand = lazily(
  () => import("./commands/trace.ts"),
  (module) => module.traceCommand,
);
const upCommand = lazily(
  () => import("./commands/up.ts"),
  (module) => module.upCommand,
);
const addressOf = lazily(
  () => import("./money/verdicts.ts"),
  (module) => module.addressOf,
);

type Common = { readonly json?: boolean; readonly mesh?: string };

const program = new Command("armada")
  .description("teams of AI agents as an event-sourced mesh on NATS JetStream")
  .enablePositionalOptions() // else `budgets` would take the flags of its own subcommands
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage));

/** Commands print either for people or, with --json, one object a line. */
function command(name: string, description: string, parent: Command = program): Command {
  return parent
    .command(name)
    .description(description)
    .option("--json", "one JSON object a line")
    .option("--mesh <file>", "the mesh file of `armada up`");
}

function whole(text: string): string {
  if (/^\d{1,9}$/.test(text)) return text;
  throw new InvalidArgumentError("It is not a whole number.");
}

/** Runs a command with a session on the running mesh; ends the process with its code. `check` sees the flags before that. */
function withSession<A extends unknown[]>(
  act: (session: Session, out: Output, signal: AbortSignal, ...args: A) => Promise<number>,
  check: (...args: A) => void | Promise<void> = () => undefined,
): (...args: [...A, Common]) => Promise<void> {
  return async (...args) => {
    const flags = args.find((arg): arg is Common => typeof arg === "object" && arg !== null && !Array.isArray(arg)) ?? {};
    const out = output(flags.json === true);
    await guard(out, async () => {
      await check(...(args as unknown as A));
      const session = await openSession(flags.mesh, complain);
      const stop = new AbortController();
      process.once("SIGINT", () => stop.abort());
      try {
        return await act(session, out, stop.signal, ...(args as unknown as A));
      } finally {
        await session.close();
      }
    });
  };
}

async function guard(out: Output, act: () => Promise<number>): Promise<void> {
  try {
    const code = await act();
    await printed();
    process.exit(code);
  } catch (thrown) {
    const error = inWords(thrown);
    const code = error instanceof ArmadaError ? error.code : "UNEXPECTED";
    const hint = error instanceof ArmadaError && error.hint !== undefined ? { hint: error.hint } : {};
    out.emit({ type: "error", code, message: error instanceof Error ? error.message : String(error), ...hint });
    process.stderr.write(`${explain(error)}\n`);
    await printed();
    process.exit(code === "INTERRUPTED" ? EXIT.interrupted : exitCodeOf(code));
  }
}

/** A pipe holds 64 KiB: what its reader has not taken by then would be lost with the process. */
function printed(): Promise<void> {
  return new Promise((resolve) => void process.stdout.write("", () => resolve()));
}

const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** The teams on the running mesh; only the one that `--team` names. @throws ArmadaError `NO_SUCH_TEAM` */
async function teamsWith(session: Session, { team }: { readonly team?: string }): Promise<string[]> {
  const names = await session.teams();
  return team === undefined ? names : [checkKnown(team, names)];
}

function meshFlags(made: Command): Command {
  return made
    .option("--only <teams>", "only these teams, apart by commas, and the gateway where they listen to the outside")
    .option("--replicas <list>", "TEAM=N, apart by commas")
    .option("--nats <url>", "a running nats-server instead of our own (wants NATS_CREDS)")
    .option("--data <dir>", "where streams live")
    .option("--config <file>", "the configuration, else armada.config.ts of this folder")
    .option("--port <n>", "the gateway's port")
    .option("--host <address>", "what the gateway binds; loopback unless said")
    .option("--sync-interval <mode>", "always (default) or 100ms");
}

meshFlags(command("up", "runs the mesh here until Ctrl-C")).action((flags) =>
  guard(output(flags.json === true), async () => {
    await upCommand(flags, output(flags.json === true));
    return EXIT.ok;
  }),
);

meshFlags(command("demo", "an article by the content team from a folder of documents"))
  .option("--once", "end the mesh after the article")
  .option("--sources <dir>", "a folder of documents (.md, .txt, .html, .pdf, .csv, …)")
  .option("--topic <text>", "what to write about")
  .option("--out <dir>", "where the article goes")
  .option("--stage <stage>", "prototype: one process and no server; team (default): a process per team")
  .option("--promote <how>", "ask: posts on the page; event (default): marketing starts from the published fact")
  .option("--approval", "ask a person before publishing")
  .action((flags) => guard(output(flags.json === true), () => demoCommand(flags, output(flags.json === true))));

command("run <workflow>", "starts TEAM.WORKFLOW")
  .option("--input <json>", "JSON, or @FILE")
  .option("--wait", "show its steps and wait for its end")
  .option("--stream", "the same, with what the models say in its calls")
  .option("--key <key>", "idempotency key: the same key is the same run, within a team")
  .action(
    withSession((session, out, signal, target: string, flags: Record<string, never>) => runCommand(target, flags, session, out, signal)),
  );

command("emit <type>", "hands an event to the mesh, through its gateway")
  .option("--source <uri>", "what it comes from")
  .option("--subject <text>", "what it is about")
  .option("--data <json>", "JSON, or @FILE")
  .option("--id <id>", "the same source and id is the same event")
  .option("--gateway <url>", "a gateway that no `up` of this folder runs")
  .option("--key-file <file>", "the file with its key")
  .action((type: string, flags) => guard(output(flags.json === true), () => emitCommand(type, flags, output(flags.json === true))));

const runs = program.command("runs").description("runs of workflows");
command("list", "all runs", runs)
  .option("--status <status>", `only these: ${RUN_STATUSES.join(", ")}`)
  .option("--workflow <name>", "only of this workflow, WORKFLOW or TEAM.WORKFLOW")
  .option("--team <team>", "only this team's")
  .option("--where <key=value>", "only those of which their workflow's search says this")
  .option("--limit <n>", "the newest n; 1000 unless said", whole)
  .action(withSession(async (session, out, _signal, flags: ListFlags) => listRuns(session, out, flags), checkList));
command("show <id>", "a run as a tree of its steps", runs).action(
  withSession(async (session, out, _signal, id: string) => showRun(session, await session.teams(), id, out)),
);
command("watch <id>", "a run until its end, with what the models say in its calls", runs).action(
  withSession(async (session, out, signal, id: string) => {
    const { team } = await findRun(session, await session.teams(), id);
    return watchCommand(team, id, session, out, signal);
  }),
);
command("approve <id>", "answers the approval a run waits for", runs)
  .option("--reject", "refuse it")
  .option("--by <name>", "who answers; operator unless said")
  .option("--n <call>", "which one, where several wait", whole)
  .action(
    withSession(async (session, out, _signal, id: string, flags: Record<string, never>) =>
      controlRun(session, await session.teams(), id, await approval(flags), out),
    ),
  );
command("cancel <id>", "ends a run", runs)
  .option("--reason <text>", "why")
  .action(
    withSession(async (session, out, _signal, id: string, flags: Record<string, never>) =>
      controlRun(session, await session.teams(), id, await cancellation(flags), out),
    ),
  );
command("retry <id>", "lets a parked or stopped run go on", runs).action(
  withSession(async (session, out, _signal, id: string) => controlRun(session, await session.teams(), id, await retrial(), out)),
);
command("move <id>", "moves a run to another version of its workflow", runs)
  .requiredOption("--to <version>", "the version", whole)
  .option("--team <path>", "the folder of its team's code, where that is not in services/")
  .action(
    withSession(async (session, out, _signal, id: string, flags: { to: string; team?: string }) => {
      await checkMove(session, id, flags);
      return controlRun(session, await session.teams(), id, await move(flags), out);
    }),
  );

const events = program.command("events").description("the messages of the teams' streams");
const eventFlags = (made: Command): Command =>
  made
    .option("--team <team>", "only this team's stream")
    .option("--subject <filter>", "a NATS subject filter")
    .option("--run <id>", "a run's journal");
eventFlags(command("list", "what the streams hold", events))
  .option("--since <time>", "ISO-8601")
  .option("--until <time>", "ISO-8601")
  .option("--limit <n>", "the newest n; 10000 unless said", whole)
  .action(
    withSession(async (session, out, _signal, flags: Record<string, never>) =>
      listEvents(session, await teamsWith(session, flags), flags, out),
    ),
  );
eventFlags(command("tail", "what comes from now on", events)).action(
  withSession(async (session, out, signal, flags: Record<string, never>) =>
    tailEvents(session, await teamsWith(session, flags), flags, out, signal),
  ),
);
command("show <id>", "one event by its id, or TEAM:SEQUENCE", events).action(
  withSession(async (session, out, _signal, id: string) => showEvent(session, await session.teams(), id, out)),
);

command("trace <id>", "what caused what around a run or an event, across teams").action(
  withSession(async (session, out, _signal, id: string) => traceCommand(session, id, out)),
);
command("state <team>", "a team's read models, as of now, a time or a sequence")
  .option("--at <when>", "a time (ISO-8601) or a sequence")
  .option("--team <path>", "the folder of its code, where that is not in services/")
  .action(
    withSession(async (session, out, _signal, name: string, flags: StateFlags) =>
      stateCommand(session, await definitionOf(session, name, flags.team), flags, out),
    ),
  );
const parked = program.command("parked").description("steps that were set aside after their attempts");
command("list", "what is parked", parked).action(withSession(async (session, out) => listParked(session, await session.teams(), out)));
command("show <run>", "why, with the causation chain", parked).action(
  withSession(async (session, out, _signal, run: string) => showParked(session, await session.teams(), run, out)),
);
type OfTeam = { readonly team?: string };
const budgets = command("budgets", "what the teams may spend, have spent, hold and may have been billed")
  .enablePositionalOptions()
  .option("--team <team>", "only this team's")
  .action(withSession(async (session, out, _signal, flags: OfTeam) => budgetsCommand(session, await teamsWith(session, flags), out)));
command("suspects", "the calls that may have been billed", budgets)
  .option("--team <team>", "only this team's")
  .action(withSession(async (session, out, _signal, flags: OfTeam) => suspectsCommand(session, await teamsWith(session, flags), out)));
command("reconcile", "settles or releases suspects by the provider's usage", budgets)
  .option("--usage <url>", "whose usage: a local provider, or Anthropic's API; else that of ANTHROPIC_BASE_URL and OPENAI_BASE_URL")
  .option("--dry-run", "only say what would become of them")
  .action(
    withSession(
      async (session, out, _signal, flags: ReconcileFlags) => reconcileCommand(session, await session.teams(), flags, out),
      async ({ usage }) => void (usage === undefined || (await addressOf("--usage", usage))),
    ),
  );
command("costs", "what was spent, dearest first")
  .option("--by <what>", "team (default), agent, workflow, run or outcome")
  .option("--since <time>", "24h, or ISO-8601; the month's begin unless said")
  .option("--team <team>", "only this team's")
  .action(
    withSession(
      async (session, out, _signal, flags: CostFlags & OfTeam) => costsCommand(session, await teamsWith(session, flags), flags, out),
      async ({ by, since }) => void [await groupingOf(by), sinceOf(since, Date.now())],
    ),
  );
command("health", "replicas, queues and streams").action(withSession(async (session, out) => healthCommand(session, out)));
command("doctor", "every value in force, and what is wrong")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .option("--whole", "look at every message of the streams, not only at the newest of each")
  .action((flags) => guard(output(flags.json === true), async () => doctorCommand(flags, output(flags.json === true))));
command("team <name>", "a team that runs, in services/<name>", program.command("new").description("scaffolds")).action((name, flags) =>
  guard(output(flags.json === true), () => newTeam(name, output(flags.json === true))),
);
command("team <name>", "a team's streams, identity and sources", program.command("remove").description("takes away"))
  .option("--keep <file>", "write a backup of its streams and its identity first")
  .option("--drop", "keep nothing")
  .option("--data <dir>", "where streams live, while no mesh runs")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .action((name, flags) => guard(output(flags.json === true), () => removeTeam(name, flags, output(flags.json === true))));
command("team <name>", "a team's streams, to another server", program.command("move").description("moves"))
  .option("--to <url>", "the other server")
  .option("--creds <dir>", "the folder of its identities, the provisioner's among them")
  .option("--keep <file>", "the backup that it goes by, else a file in .armada")
  .option("--data <dir>", "where streams live, while no mesh runs")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .action((name, flags) => guard(output(flags.json === true), () => moveTeam(name, flags, output(flags.json === true))));
command("team <name>", "a team's streams and identity", program.command("restore").description("brings back"))
  .option("--from <file>", "a backup that `remove team --keep` or `move team` wrote")
  .option("--data <dir>", "where streams live, while no mesh runs")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .action((name, flags) => guard(output(flags.json === true), () => restoreCommand(name, flags, output(flags.json === true))));
command("provision", "identities, streams, consumers and sources as the team definitions say")
  .option("--keys <dir>", "the folder of identities")
  .option("--nats <url>", "the server")
  .option("--replicas <n>", "copies of each stream: 1, or 3 on a cluster")
  .option("--team <path>", "only this team, in a folder anywhere")
  .option("--dry-run", "only say what would change")
  .action((flags) => guard(output(flags.json === true), () => provisionCommand(flags, output(flags.json === true))));

await program.parseAsync();
