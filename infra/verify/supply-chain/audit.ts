import { spawn } from "node:child_process";
import { root } from "../command.ts";

/** What `npm audit --json` came to. `unknown`: no registry answered, or none that knows of faults. */
export type Audit =
  | { readonly kind: "clean"; readonly lower: number }
  | { readonly kind: "found"; readonly lines: readonly string[] }
  | { readonly kind: "unknown"; readonly why: string };

type Report = {
  readonly message?: string;
  readonly error?: { readonly summary?: string; readonly code?: string };
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly severity: string; readonly range?: string; readonly via: readonly unknown[] }>
  >;
};

const SEVERE: ReadonlySet<string> = new Set(["high", "critical"]);
const DEADLINE_MS = 30_000;

/** Judges what npm said. Findings below high are counted, not refused. */
export function judged(output: string): Audit {
  const report = parsed(output);
  if (report?.vulnerabilities === undefined)
    return {
      kind: "unknown",
      why:
        (report?.message ?? report?.error?.summary ?? output)
          .replaceAll(/\w+:\/\/\S+/g, "the registry")
          .split("\n")[0]
          ?.slice(0, 120) || "npm said nothing",
    };
  const all = Object.entries(report.vulnerabilities);
  const severe = all.filter(([, { severity }]) => SEVERE.has(severity));
  if (severe.length === 0) return { kind: "clean", lower: all.length };
  return {
    kind: "found",
    lines: severe.map(([name, { severity, range, via }]) => `${name} ${range ?? ""}: ${severity}; ${titlesOf(via)}`),
  };
}

function titlesOf(via: readonly unknown[]): string {
  return via
    .map((one) => (typeof one === "object" && one !== null && "title" in one ? String(one.title) : `through ${String(one)}`))
    .join(", ");
}

function parsed(output: string): Report | undefined {
  try {
    return JSON.parse(output.slice(output.indexOf("{"))) as Report;
  } catch {
    return undefined; // npm ended without a report
  }
}

/** Asks the registry of whoever runs it, once; its answer is npm's. */
function ask(): Promise<string> {
  const args = ["audit", "--json", "--fetch-retries=0", "--fetch-timeout=10000", "--loglevel=silent"];
  return new Promise((resolve) => {
    const child = spawn("npm", args, { cwd: root, stdio: ["ignore", "pipe", "ignore"], timeout: DEADLINE_MS });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.once("error", ({ message }) => resolve(message));
    child.once("close", () => resolve(output));
  });
}

if (import.meta.main) {
  const audit = judged(await ask());
  if (audit.kind === "found") for (const line of audit.lines) console.error(line);
  else
    console.log(
      audit.kind === "unknown" ? `not audited, no registry answers: ${audit.why}` : `nothing above moderate, ${audit.lower} below`,
    );
  process.exitCode = audit.kind === "found" ? 1 : 0;
}
