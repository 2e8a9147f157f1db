import { type Action, allows } from "@armada/operations/keys/scopes";
import type { FastifyRequest } from "fastify";
import { Problem } from "../problem.ts";

/** Who a request comes from. `name`: of the key, or the person whom a token names. */
export type Caller = {
  readonly name: string;
  readonly kind: "key" | "person";
  readonly scopes: readonly string[];
  /** Requests a minute; undefined where there is no limit. */
  readonly perMinute: number | undefined;
};

const callers = new WeakMap<FastifyRequest, Caller>();

export function calledBy(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** @throws Error where nobody has looked who it is: a route outside the guard */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error(`nobody looked who asks for ${request.url}`);
  return caller;
}

/** @throws Problem `scope-missing` */
export function want({ name, kind, scopes }: Caller, action: Action, target?: string, field = "authorization"): void {
  if (allows(scopes, action, target)) return;
  const scope = `${action}:${target ?? "…"}`;
  throw new Problem("scope-missing", `the ${kind} ${name} has no scope for ${scope}`, { field, extra: { scope } });
}

/** What the log says of who did it. */
export function signature({ name, kind }: Caller): string {
  return kind === "key" ? `key ${name}` : name;
}
