import { basename, dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Agent, AgentRun, Team } from "@armada/agents";

// What a replica of `armada demo --break AGENT` begins with (`node --import`): the calls of one agent ask the demo first, and fail while
// it answers that the agent is broken. `preloadFor` says which agent, and where the demo listens.

const { searchParams } = new URL(import.meta.url);
const main = process.argv[1] ?? "";

/** Resolves once the process that started this one says that the code is to be loaded; without it this one ends. */
function toldToLoad(): Promise<void> {
  return new Promise((told) => {
    const left = (): never => process.exit(0);
    process.once("disconnect", left);
    process.once("message", () => {
      process.off("disconnect", left);
      told();
    });
  });
}

function breakable({ name, run }: Agent, end: string): Pick<Agent, "run"> {
  return {
    run: async (about: AgentRun<unknown>): Promise<unknown> => {
      const { idempotencyKey: call, attempt, signal } = about;
      const answer = await fetch(end, { method: "POST", body: JSON.stringify({ call, attempt }), signal });
      if (!answer.ok) throw new Error(`${name} is broken`);
      return run(about);
    },
  };
}

await toldToLoad();
if (basename(dirname(dirname(main))) === searchParams.get("team")) {
  const loaded: { readonly default: Team } = await import(pathToFileURL(join(dirname(main), `team${extname(main)}`)).href);
  const broken = loaded.default.agents.find(({ name }) => name === searchParams.get("agent"));
  if (broken !== undefined) Object.assign(broken, breakable(broken, searchParams.get("end") ?? ""));
}
