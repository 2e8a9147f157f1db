import { existsSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { AnyEventKind, Capability } from "../../libs/contracts/src/index.ts";
import { root } from "../verify/command.ts";

export type Contracts = { readonly events: readonly AnyEventKind[]; readonly capabilities: readonly Capability[] };

/** What the services' contracts declare, each once: a type that two teams want from outside is exported by both. */
export async function loadContracts(): Promise<Contracts> {
  const events = new Map<string, AnyEventKind>();
  const capabilities = new Map<string, Capability>();
  for (const name of readdirSync(`${root}services`).sort()) {
    const path = `${root}services/${name}/src/contract.ts`;
    if (!existsSync(path)) continue;
    const loaded: object = await import(pathToFileURL(path).href);
    for (const value of Object.values(loaded))
      if (isEvent(value)) events.set(`${value.type}.v${value.version}`, value);
      else if (isCapability(value)) capabilities.set(value.name, value);
  }
  return { events: [...events.values()], capabilities: [...capabilities.values()] };
}

/** The command line's exit codes by name, and which one an error's code stands for. */
export async function loadExits(): Promise<Exits> {
  return Exits.parse(await import(pathToFileURL(`${root}libs/cli/src/exit.ts`).href));
}

const Exits = z.object({
  EXIT: z.record(z.string(), z.int()),
  exitCodeOf: z.custom<(code: string) => number>((value) => typeof value === "function"),
});
export type Exits = z.infer<typeof Exits>;

/** One command as it is declared: commander's own names. */
export type Declared = {
  readonly name: () => string;
  readonly description: () => string;
  readonly commands: readonly Declared[];
  readonly registeredArguments: readonly { name(): string; readonly required: boolean }[];
  readonly options: readonly {
    readonly flags: string;
    readonly description: string;
    readonly mandatory: boolean;
    readonly argChoices?: readonly string[];
  }[];
};

/** The command line. */
export async function loadProgram(): Promise<Declared> {
  const loaded: { program?: Declared } = await import(pathToFileURL(`${root}libs/cli/src/arguments/program.ts`).href);
  if (loaded.program === undefined) throw new Error("libs/cli/src/arguments/program.ts exports no program");
  return loaded.program;
}

/** The schemas of the command line's lines. Loaded as data: nothing imports the command line. */
export async function loadLines(): Promise<Readonly<Record<string, z.ZodType>>> {
  const loaded: { lines?: unknown } = await import(pathToFileURL(`${root}libs/cli/src/lines.ts`).href);
  return z.record(z.string(), z.instanceof(z.ZodType)).parse(loaded.lines);
}

function isEvent(value: unknown): value is AnyEventKind {
  return kindOf(value) === "event" || kindOf(value) === "external";
}

function isCapability(value: unknown): value is Capability {
  return kindOf(value) === "capability";
}

function kindOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
}
