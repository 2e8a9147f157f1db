import { Terminal } from "./attempt-failure.ts";

/**
 * What an agent declared, by name: a name that it did not declare is `NOT_DECLARED`, and ends the step's attempts. An object as any
 * other, which can be copied and compared; what it lacks is asked of its prototype.
 */
export function declared<T>(all: Readonly<Record<string, T>>, agent: string, list: "tools" | "context"): Readonly<Record<string, T>> {
  const what = list === "tools" ? "tool" : "read model";
  const missing = new Proxy(Object.prototype, {
    get: (target, name) => {
      if (typeof name === "symbol" || ASKED_OF_ANY.has(name) || Reflect.has(target, name)) return Reflect.get(target, name);
      const names = Object.keys(all);
      throw new Terminal(
        "NOT_DECLARED",
        `agent ${agent} has no ${what} ${name}: it declares ${names.length === 0 ? "none" : names.join(", ")}`,
        { hint: `mend the name, or add it to ${list} of the agent; then \`armada runs retry ID\`` },
      );
    },
  });
  return Object.assign(Object.create(missing) as Record<string, T>, all);
}

/** What the language and its tools ask of any value. */
const ASKED_OF_ANY: ReadonlySet<string> = new Set(["then", "toJSON", "asymmetricMatch", "nodeType", "$$typeof"]);
