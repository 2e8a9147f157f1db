import { z } from "zod";

const count = z.int().min(0);
const Body = z.object({ attempt: count, call: count, seq: count, text: z.string() });

/**
 * A piece of what a model says in a call of step `n`. `call` counts from 1 in the attempt, `seq` from 0 in the call: a lower
 * one, or another attempt, means that the text began again; a gap, that pieces were lost.
 */
export type LiveText = Readonly<z.infer<typeof Body>> & { readonly run: string; readonly n: number };

/** Where a team says the text of a run's calls; `*` for all of its steps. No stream captures it. */
export function liveSubject(team: string, run: string, n: number | "*"): string {
  return `live.${team}.${run}.${n}`;
}

/** A piece as the body of its message, JSON; its run and step stand in the subject. */
export function encodeLiveText({ attempt, call, seq, text }: LiveText): string {
  return JSON.stringify({ attempt, call, seq, text });
}

/** Undefined where it is none of the team's. */
export function decodeLiveText(team: string, subject: string, body: string): LiveText | undefined {
  const [root, owner, run, n = "", ...more] = subject.split(".");
  if (root !== "live" || owner !== team || run === undefined || !/^[1-9]\d{0,8}$/.test(n) || more.length > 0) return undefined;
  const parsed = Body.safeParse(jsonOf(body));
  return parsed.success ? { run, n: Number(n), ...parsed.data } : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
