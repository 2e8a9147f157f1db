import { RUN_STATUSES } from "@armada/engine/view/status";
import type { Session } from "@armada/operations/mesh/session";
import type * as Controls from "@armada/operations/runs/controls";
import { type Command, Option } from "commander";
import { withoutSession, withSession } from "../action.ts";
import type { SetBreakerFlags } from "../commands/breakers.ts";
import type { AsyncApiFlags, CheckFlags, SnapshotFlags } from "../commands/contracts.ts";
import type { CostFlags } from "../commands/costs.ts";
import type { DemoFlags } from "../commands/demo.ts";
import type { DoctorFlags } from "../commands/doctor.ts";
import type { DryRunFlags } from "../commands/dry-run-parked.ts";
import type { EmitFlags } from "../commands/emit.ts";
import type { AddHookFlags, IdFlags } from "../commands/hooks.ts";
import type { IsolateFlags } from "../commands/isolate.ts";
import type { AddFlags, KeyFlags } from "../commands/keys.ts";
import type { ListFlags } from "../commands/list-runs.ts";
import type { ModelServerFlags } from "../commands/model-server.ts";
import type { MoveFlags } from "../commands/move-team.ts";
import type { ParkedFlags } from "../commands/parked-flags.ts";
import type { ProvisionFlags } from "../commands/provision.ts";
import type { ReconcileFlags } from "../commands/reconcile.ts";
import type { RemoveFlags } from "../commands/remove-team.ts";
import type { RestoreFlags } from "../commands/restore-team.ts";
import type { RunFlags } from "../commands/run.ts";
import type { SeparateFlags } from "../commands/separate.ts";
import type { SettleFlags } from "../commands/settle-parked.ts";
import type { StateFlags } from "../commands/state.ts";
import type { UpFlags } from "../commands/up.ts";
import { EXIT } from "../exit.ts";
import { usageError } from "../output.ts";
import { productVersion } from "../product-version.ts";
import { atLeastOne, CommandLine, gathered } from "./command-line.ts";
import { sinceOf } from "./since.ts";

const NEW = "npm create armada-mesh FOLDER makes a repository, npx armada new team NAME a team in it";

/** Who types `create` means neither `state` nor `trace`. */
function meant(text: string): string {
  return text.replace(/(unknown command 'create').*/su, `$1\n${NEW}\n`);
}

// Each command loads what it needs when it is typed: all of them together are half of the time that a small one takes.
/** All commands; docs/reference/commands.md is made of it. */
export const program = new CommandLine("armada")
  .description("teams of AI agents as an event-sourced mesh on NATS JetStream")
  .version(productVersion(), "--version", "the version of this command line")
  .enablePositionalOptions() // else `budgets` would take the flags of its own subcommands
  .addHelpText("after", `\n${NEW}`)
  .configureOutput({ outputError: (text, write) => usageError(meant(text), write, process.argv.includes("--json")) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage));

/** Commands print either for people or, with --json, one object a line. */
function command(name: string, description: string, parent: Command = program): Command {
  return parent
    .command(name)
    .description(description)
    .option("--json", "one JSON object a line")
    .option("--mesh <file>", "the mesh file of `armada up`");
}

/** A command that tells a run what an operator decided; what it says is known once it is told what to look at. */
function control<F>(
  decided: (controls: typeof Controls, flags: F, session: Session, id: string) => Controls.Control | Promise<Controls.Control>,
) {
  return withSession(async (session, out, _signal, id: string, flags: F) => {
    const [controls, { controlCommand }] = await Promise.all([import("@armada/operations/runs/controls"), import("../commands/runs.ts")]);
    return controlCommand(session, await session.teams(), id, await decided(controls, flags, session, id), out);
  });
}

/** The teams on the running mesh; only the one that `--team` names. @throws ArmadaError `NO_SUCH_TEAM` */
async function teamsWith(session: Session, { team }: { readonly team?: string }): Promise<string[]> {
  const names = await session.teams();
  return team === undefined ? names : [(await import("../teams.ts")).checkKnown(team, names)];
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

meshFlags(command("up", "runs the mesh here until Ctrl-C")).action(
  withoutSession(async (out, flags: UpFlags) => {
    await (await import("../commands/up.ts")).upCommand(flags, out);
    return EXIT.ok;
  }),
);

meshFlags(command("dev", "runs the mesh here until Ctrl-C, and restarts the teams whose files change")).action(
  withoutSession(async (out, flags: UpFlags) => {
    await (await import("../commands/dev.ts")).devCommand(flags, out);
    return EXIT.ok;
  }),
);

meshFlags(command("demo", "an article by the content team from a folder of documents"))
  .option("--once", "end the mesh after the article")
  .option("--sources <dir>", "a folder of documents (.md, .txt, .html, .pdf, .csv, …)")
  .option("--topic <text>", "what to write about")
  .option("--out <dir>", "where the article goes")
  .option("--stage <stage>", "prototype: one process and no server; team (default): a process per team")
  .addOption(
    new Option("--promote <how>", "ask: posts on the page; event (default): marketing starts from the published fact").choices([
      "ask",
      "event",
    ]),
  )
  .option("--approval", "ask a person before publishing")
  .option("--break <agent>", "break an agent until its breaker is open, mend it, and tell what comes of it")
  .action(withoutSession(async (out, flags: DemoFlags) => (await import("../commands/demo.ts")).demoCommand(flags, out)));

command("run <workflow>", "starts TEAM.WORKFLOW")
  .option("--input <json>", "JSON, or @FILE")
  .option("--wait", "show its steps and wait for its end")
  .option("--stream", "the same, with what the models say in its calls")
  .option("--key <key>", "idempotency key: the same key is the same run, within a team")
  .action(
    withSession(async (session, out, signal, target: string, flags: RunFlags) =>
      (await import("../commands/run.ts")).runCommand(target, flags, session, out, signal),
    ),
  );

command("emit <type>", "hands an event to the mesh, through its gateway")
  .option("--source <uri>", "what it comes from")
  .option("--subject <text>", "what it is about")
  .option("--data <json>", "JSON, or @FILE")
  .option("--id <id>", "the same source and id is the same event")
  .option("--gateway <url>", "a gateway that no `up` of this folder runs")
  .option("--key-file <file>", "the file with its key")
  .action(
    withoutSession(async (out, type: string, flags: EmitFlags) => (await import("../commands/emit.ts")).emitCommand(type, flags, out)),
  );

const keys = program.command("keys").description("the gateway's keys");
const keyCommand = (name: string, description: string): Command =>
  command(name, description, keys).option("--keys <dir>", "the gateway's folder of identities");
keyCommand("add <name>", "makes one and shows it, once")
  .option("--scope <scope>", "emit:TYPE, start:TEAM.WORKFLOW, approve:TEAM, read:TEAM, with * for any; more than once", gathered)
  .option("--expires <when>", "90d, or a time (ISO-8601)")
  .option("--per-minute <n>", "requests a minute", atLeastOne)
  .option("--signs [file]", "for a sender that signs (Standard Webhooks): by the secret in a file, else by a new one")
  .option("--out <file>", "write it there instead")
  .action(
    withoutSession(async (out, name: string, flags: AddFlags) => (await import("../commands/keys.ts")).addKeyCommand(name, flags, out)),
  );
keyCommand("list", "their names and what they may do").action(
  withoutSession(async (out, flags: KeyFlags) => (await import("../commands/keys.ts")).listKeys(flags, out)),
);
keyCommand("revoke <name>", "takes one away").action(
  withoutSession(async (out, name: string, flags: KeyFlags) => (await import("../commands/keys.ts")).revokeKeyCommand(name, flags, out)),
);

const hooks = program.command("hooks").description("where the gateway sends facts and ended runs");
const hookCommand = (name: string, description: string): Command =>
  command(name, description, hooks).option("--keys <dir>", "the gateway's folder of identities");
hookCommand("add <name>", "makes one and shows its secret, once")
  .requiredOption("--url <url>", "where to: https, or http to this machine")
  .option("--type <type>", "a type of facts, with * at its end all that begin so; more than once", gathered)
  .option("--run <workflow>", "the ends of runs of TEAM.WORKFLOW, TEAM.* or *; more than once", gathered)
  .option("--from <when>", "begin with what was there then: start, 24h, or a time (ISO-8601); now unless said")
  .option("--insecure", "http to another machine, where what is sent could be read")
  .option("--out <file>", "write the secret there instead")
  .action(
    withoutSession(async (out, name: string, flags: AddHookFlags) =>
      (await import("../commands/hooks.ts")).addHookCommand(name, flags, out),
    ),
  );
hookCommand("list", "what each does").action(
  withoutSession(async (out, flags: KeyFlags) => (await import("../commands/hooks.ts")).listHooks(flags, out)),
);
hookCommand("remove <name>", "takes one away").action(
  withoutSession(async (out, name: string, flags: KeyFlags) => (await import("../commands/hooks.ts")).removeHookCommand(name, flags, out)),
);
hookCommand("parked <name>", "what one has set aside after its tries").action(
  withSession(async (session, out, _signal, name: string, flags: KeyFlags) =>
    (await import("../commands/hooks.ts")).listParkedOf(session, name, flags, out),
  ),
);
const ordering = (what: "redrive" | "discard" | "enable", description: string): Command =>
  hookCommand(`${what} <name>`, description).action(
    withoutSession(async (out, name: string, flags: IdFlags) =>
      (await import("../commands/hooks.ts")).orderHookCommand(what, name, flags, out),
    ),
  );
ordering("redrive", "tries again what was parked").option("--id <id>", "only this one, of `hooks parked`; more than once", gathered);
ordering("discard", "gives up what was parked").option("--id <id>", "which, of `hooks parked`; more than once", gathered);
ordering("enable", "sends again to a receiver that answered 410");

const runs = program.command("runs").description("runs of workflows");
command("list", "all runs", runs)
  .option("--status <status>", `only these: ${RUN_STATUSES.join(", ")}`)
  .option("--workflow <name>", "only of this workflow, WORKFLOW or TEAM.WORKFLOW")
  .option("--team <team>", "only this team's")
  .option("--where <key=value>", "only those of which their workflow's search says this; of several, all", gathered)
  .option("--before <run>", "only those that began before this one, as the next page")
  .option("--limit <n>", "the newest n; 50 unless said", atLeastOne)
  .action(
    withSession(
      async (session, out, _signal, flags: ListFlags) => (await import("../commands/list-runs.ts")).listRunsCommand(session, out, flags),
      async (flags) => void (await import("../commands/list-runs.ts")).queryOf(flags),
    ),
  );
command("show <id>", "a run as a tree of its steps", runs).action(
  withSession(async (session, out, _signal, id: string) =>
    (await import("../commands/runs.ts")).showRun(session, await session.teams(), id, out),
  ),
);
command("watch <id>", "a run until its end, with what the models say in its calls", runs).action(
  withSession(async (session, out, signal, id: string) => {
    const { team } = await (await import("@armada/operations/runs/find")).findRun((team) => session.log(team), await session.teams(), id);
    return (await import("../commands/run.ts")).watchCommand(team, id, session, out, signal);
  }),
);
command("approve <id>", "answers the approval a run waits for", runs)
  .option("--reject", "refuse it")
  .option("--by <name>", "who answers; operator unless said")
  .option("--n <call>", "which one, where several wait", atLeastOne)
  .action(control((controls, flags: { reject?: boolean; n?: string; by?: string }) => controls.approval(flags)));
command("cancel <id>", "ends a run", runs)
  .option("--reason <text>", "why")
  .action(control((controls, flags: { reason?: string }) => controls.cancellation(flags)));
command("retry <id>", "lets a parked or stopped run go on", runs).action(control((controls) => controls.retrial()));
command("move <id>", "moves a run to another version of its workflow", runs)
  .requiredOption("--to <version>", "the version", atLeastOne)
  .option("--team <path>", "the folder of its team's code, where that is not in services/")
  .action(
    control(async (controls, flags: { to: string; team?: string }, session, id) => {
      const { definitionOf } = await import("../teams.ts");
      await controls.checkMove(session, id, Number(flags.to), (team) => definitionOf(session, team, flags.team));
      return controls.move(flags);
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
  .option("--limit <n>", "the newest n; 10000 unless said", atLeastOne)
  .action(
    withSession(async (session, out, _signal, flags: Record<string, never>) =>
      (await import("../commands/events.ts")).listEvents(session, await teamsWith(session, flags), flags, out),
    ),
  );
eventFlags(command("tail", "what comes from now on", events)).action(
  withSession(async (session, out, signal, flags: Record<string, never>) =>
    (await import("../commands/events.ts")).tailEvents(session, await teamsWith(session, flags), flags, out, signal),
  ),
);
command("show <id>", "one event by its id, or TEAM:SEQUENCE", events).action(
  withSession(async (session, out, _signal, id: string) =>
    (await import("../commands/events.ts")).showEvent(session, await session.teams(), id, out),
  ),
);

command("trace <id>", "what caused what around a run or an event, across teams").action(
  withSession(async (session, out, _signal, id: string) => (await import("../commands/trace.ts")).traceCommand(session, id, out)),
);
command("state <team>", "a team's read models, as of now, a time or a sequence")
  .option("--at <when>", "a time (ISO-8601) or a sequence")
  .option("--team <path>", "the folder of its code, where that is not in services/")
  .action(
    withSession(async (session, out, _signal, name: string, flags: StateFlags) => {
      const team = await (await import("../teams.ts")).definitionOf(session, name, flags.team);
      return (await import("../commands/state.ts")).stateCommand(session, team, flags, out);
    }),
  );
const parked = program.command("parked").description("steps that were set aside after their attempts");
const parkedFlags = (made: Command): Command =>
  made
    .option("--team <team>", "only this team's")
    .option("--agent <agent>", "only steps of this agent")
    .option("--code <code>", "only those that failed with this code")
    .option("--workflow <name>", "only of runs of this workflow")
    .option("--older <length>", "only those that are parked for longer: 90s, 10m, 2h")
    .option("--limit <n>", "at most so many, those that are parked longest", atLeastOne);
parkedFlags(command("list", "what is parked", parked)).action(
  withSession(
    async (session, out, _signal, flags: ParkedFlags) =>
      (await import("../commands/parked.ts")).listParked(session, await teamsWith(session, flags), out, flags),
    async (flags) => void (await import("../commands/parked-flags.ts")).filterOf(flags),
  ),
);
command("show <run>", "why, with the causation chain", parked).action(
  withSession(async (session, out, _signal, run: string) =>
    (await import("../commands/parked.ts")).showParked(session, await session.teams(), run, out),
  ),
);
for (const [name, does] of [
  ["redrive", "tries anew what is parked, and says which replica took it and what became of it"],
  ["discard", "gives up what is parked: ends its runs as cancelled, for good"],
] as const) {
  const made = parkedFlags(command(`${name} [ids...]`, does, parked))
    .option("--all", "all that is parked")
    .option("--rate <n>", "runs a second at most; 50 unless said", atLeastOne)
    .option("--wait <length>", "how long to look what becomes of each; 30s unless said")
    .option("--why <text>", "what the journals say of it")
    .option("--by <name>", "who does it; operator unless said");
  if (name === "redrive")
    made
      .option("--dry-run", "only show what the code of now would do: nothing is appended, no provider asked, no tool called that writes")
      .option("--with-reads", "in a dry run, call the tools that only read")
      .option("--from <path>", "in a dry run, the folder of the team's code, where that is not in services/");
  made.action(
    withSession(
      async (session, out, signal, ids: string[], flags: SettleFlags & DryRunFlags) => {
        const teams = await teamsWith(session, flags);
        if (flags.dryRun === true)
          return (await import("../commands/dry-run-parked.ts")).dryRunCommand(session, teams, ids, flags, out, signal);
        return (await import("../commands/settle-parked.ts")).settleCommand(session, teams, name, ids, flags, out, signal);
      },
      async (ids, flags) => (await import("../commands/settle-parked.ts")).checkSettling(ids, flags),
    ),
  );
}
type OfTeam = { readonly team?: string };
command("list", "when each fires next, and what it missed", program.command("schedules").description("what starts runs at its time"))
  .option("--team <team>", "only this team's")
  .action(
    withSession(async (session, out, _signal, flags: OfTeam) =>
      (await import("../commands/schedules.ts")).listSchedules(session, await teamsWith(session, flags), out),
    ),
  );
const breakers = command("breakers", "which agents' calls pause because they fail, and until when")
  .enablePositionalOptions()
  .option("--team <team>", "only this team's")
  .action(
    withSession(async (session, out, _signal, flags: OfTeam) =>
      (await import("../commands/breakers.ts")).listBreakers(session, await teamsWith(session, flags), out),
    ),
  );
command("list", "the same", breakers)
  .option("--team <team>", "only this team's")
  .action(
    withSession(async (session, out, _signal, flags: OfTeam) =>
      (await import("../commands/breakers.ts")).listBreakers(session, await teamsWith(session, flags), out),
    ),
  );
for (const [name, to, does] of [
  ["open", "open", "pauses the calls of an agent"],
  ["close", "closed", "lets the calls of an agent go out, however they end"],
] as const)
  command(`${name} <agent>`, `${does}, TEAM.AGENT, for some time`, breakers)
    .option("--for <length>", "for how long: 90s, 10m, 2h; 10m unless said")
    .option("--why <text>", "what the log says of it")
    .action(
      withSession(async (session, out, _signal, agent: string, flags: SetBreakerFlags) =>
        (await import("../commands/breakers.ts")).setBreakerCommand(session, agent, to, flags, out),
      ),
    );
command("isolate [prefix]", "keeps anything of TEAM, or of TEAM.AGENT, from beginning; without a prefix: lists what is isolated")
  .option("--for <length>", "for how long: 90s, 10m, 2h; 10m unless said")
  .option("--why <text>", "what the log says of it")
  .option("--by <name>", "who wants it; the user's name unless said")
  .option("--undo <prefix>", "ends it now")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .action(async (prefix: string | undefined, flags: IsolateFlags & { json?: boolean; mesh?: string }) => {
    const { isolateCommand, listIsolations } = await import("../commands/isolate.ts");
    if (prefix === undefined && flags.undo === undefined) return withSession(async (session, out) => listIsolations(session, out))(flags);
    return withoutSession((out) => isolateCommand(prefix, flags, out))(flags);
  });
const budgets = command("budgets", "what the teams may spend, have spent, hold and may have been billed")
  .enablePositionalOptions()
  .option("--team <team>", "only this team's")
  .action(
    withSession(async (session, out, _signal, flags: OfTeam) =>
      (await import("../commands/budgets.ts")).budgetsCommand(session, await teamsWith(session, flags), out),
    ),
  );
command("suspects", "the calls that may have been billed", budgets)
  .option("--team <team>", "only this team's")
  .action(
    withSession(async (session, out, _signal, flags: OfTeam) =>
      (await import("../commands/budgets.ts")).suspectsCommand(session, await teamsWith(session, flags), out),
    ),
  );
command("reconcile", "settles or releases suspects by the provider's usage", budgets)
  .option("--usage <url>", "whose usage: a local provider, or Anthropic's API; else that of ANTHROPIC_BASE_URL and OPENAI_BASE_URL")
  .option("--dry-run", "only say what would become of them")
  .action(
    withSession(
      async (session, out, _signal, flags: ReconcileFlags) =>
        (await import("../commands/reconcile.ts")).reconcileCommand(session, await session.teams(), flags, out),
      async ({ usage }) =>
        void (usage === undefined || (await import("@armada/operations/money/reconcile/verdicts")).addressOf("--usage", usage)),
    ),
  );
command("costs", "what was spent, dearest first")
  .option("--by <what>", "team (default), agent, workflow, run or outcome")
  .option("--since <time>", "24h, or ISO-8601; the month's begin unless said")
  .option("--team <team>", "only this team's")
  .action(
    withSession(
      async (session, out, _signal, flags: CostFlags & OfTeam) =>
        (await import("../commands/costs.ts")).costsCommand(session, await teamsWith(session, flags), flags, out),
      async ({ by, since }) => void [(await import("../commands/costs.ts")).groupingOf(by), sinceOf(since, Date.now())],
    ),
  );
command("health", "replicas, queues and streams")
  .option("--watch", "each team again whenever something about it goes wrong or is well again, until Ctrl-C")
  .action(
    withSession(async (session, out, signal, { watch }: { watch?: true }) => {
      const { healthCommand, watchHealth } = await import("../commands/health.ts");
      return watch ? watchHealth(session, out, signal) : healthCommand(session, out);
    }),
  );
command("cascade", "who waits for whom now, what fails first, and how many runs depend on it").action(
  withSession(async (session, out) => (await import("../commands/cascade.ts")).cascadeCommand(session, await session.teams(), out)),
);
command("doctor", "every value in force, and what is wrong")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .option("--whole", "look at every message of the streams, not only at the newest of each")
  .action(withoutSession(async (out, flags: DoctorFlags) => (await import("../commands/doctor.ts")).doctorCommand(flags, out)));
command("model-server", "a provider of models for tests, on loopback: it says what a script says")
  .requiredOption("--script <file>", "what it says to whom, in YAML or JSON")
  .option("--port <n>", "the system gives one unless said")
  .action(
    withoutSession(async (out, flags: ModelServerFlags) => (await import("../commands/model-server.ts")).modelServerCommand(flags, out)),
  );
command("team <name>", "a team that runs, in services/<name>", program.command("new").description("scaffolds")).action(
  withoutSession(async (out, name: string) => (await import("../commands/new-team.ts")).newTeam(name, out)),
);
command("team <name>", "a team's streams, identity and sources", program.command("remove").description("takes away"))
  .option("--keep <file>", "write a backup of its streams and its identity first")
  .option("--drop", "keep nothing")
  .option("--data <dir>", "where streams live, while no mesh runs")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .action(
    withoutSession(async (out, name: string, flags: RemoveFlags) =>
      (await import("../commands/remove-team.ts")).removeTeam(name, flags, out),
    ),
  );
command("team <name>", "a team's streams, to another server", program.command("move").description("moves"))
  .option("--to <url>", "the other server")
  .option("--creds <dir>", "the folder of its identities, with administration's beside it")
  .option("--keep <file>", "the backup that it goes by, else a file in .armada")
  .option("--data <dir>", "where streams live, while no mesh runs")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .action(
    withoutSession(async (out, name: string, flags: MoveFlags) => (await import("../commands/move-team.ts")).moveTeam(name, flags, out)),
  );
command("team <name>", "a team's streams and identity", program.command("restore").description("brings back"))
  .option("--from <file>", "a backup that `remove team --keep` or `move team` wrote")
  .option("--data <dir>", "where streams live, while no mesh runs")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .action(
    withoutSession(async (out, name: string, flags: RestoreFlags) =>
      (await import("../commands/restore-team.ts")).restoreCommand(name, flags, out),
    ),
  );
const contracts = program.command("contracts").description("what the teams of this project promise others");
command("snapshot", "writes their events, types from outside and capabilities into a file to commit", contracts)
  .option("--out <file>", "contracts.json unless said")
  .option("--team <path>", "only this team's, in a folder anywhere")
  .action(withoutSession(async (out, flags: SnapshotFlags) => (await import("../commands/contracts.ts")).snapshotCommand(flags, out)));
command("check", "compares them with those of the last release: what breaks readers, what breaks writers", contracts)
  .option("--against <file>", "what `contracts snapshot` wrote; contracts.json unless said")
  .option("--against-git <revision>", "that file as this commit, tag or branch has it")
  .option("--team <path>", "only this team's, in a folder anywhere")
  .action(withoutSession(async (out, flags: CheckFlags) => (await import("../commands/contracts.ts")).checkCommand(flags, out)));
command("asyncapi", "their events as an AsyncAPI document", contracts)
  .option("--out <file>", "write it there instead")
  .option("--nats <host>", "the NATS server's host and port, 127.0.0.1:4222 unless said")
  .option("--gateway <host>", "the gateway's host and port, 127.0.0.1:4780 unless said")
  .option("--team <path>", "only this team's, in a folder anywhere")
  .action(withoutSession(async (out, flags: AsyncApiFlags) => (await import("../commands/contracts.ts")).asyncApiCommand(flags, out)));
command("separate", "gives each team of this folder's mesh an account of its own on its server, and moves its streams there")
  .option("--data <dir>", "where streams live")
  .option("--config <file>", "the configuration, else armada.config.ts of this folder")
  .action(withoutSession(async (out, flags: SeparateFlags) => (await import("../commands/separate.ts")).separateCommand(flags, out)));
command("provision", "identities, streams, consumers and sources as the team definitions say")
  .option("--keys <dir>", "the folder of identities")
  .option("--administration <dir>", "the folder of administration's secret, else beside the other")
  .option("--nats <url>", "the server")
  .option("--replicas <n>", "copies of each stream: 1, or 3 on a cluster", atLeastOne)
  .option("--team <path>", "only this team, in a folder anywhere")
  .option("--rotate", "other secret keys for these teams; those of before open nothing any more")
  .option("--dry-run", "only say what would change")
  .action(withoutSession(async (out, flags: ProvisionFlags) => (await import("../commands/provision.ts")).provisionCommand(flags, out)));
