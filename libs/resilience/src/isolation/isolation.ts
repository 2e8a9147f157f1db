import type { Isolation } from "@armada/contracts";
import type { Decider } from "@armada/event-sourcing";

/** An isolation as a message of it has it, its revision aside. */
export type IsolationState = Omit<Isolation, "revision">;

/** What an operator wants of a team, or of an agent of it, at `at`, ms since 1970; `ms`: for how long. */
export type IsolationCommand =
  | { readonly type: "isolate"; readonly at: number; readonly ms: number; readonly why: string; readonly by: string }
  | { readonly type: "return"; readonly at: number; readonly why: string; readonly by: string };

/** What was decided, with all that then holds. */
export type IsolationEvent = { readonly type: Isolation["status"]; readonly data: IsolationState };

/** The decisions of one prefix. One that is isolated already is so until the new end; what is not isolated needs no return. */
export function isolationOf(prefix: string): Decider<IsolationState | undefined, IsolationCommand, IsolationEvent> {
  return {
    initial: () => undefined,
    evolve: (_, { data }) => data,
    decide: (command, state) => {
      const { type, at, why, by } = command;
      const now = new Date(at).toISOString();
      const holds = isIsolated(state, at);
      switch (type) {
        case "isolate": {
          const until = new Date(at + command.ms).toISOString();
          return [{ type: "isolated", data: { prefix, status: "isolated", since: holds ? state.since : now, until, why, by } }];
        }
        case "return":
          return holds ? [{ type: "returned", data: { prefix, status: "returned", since: state.since, until: now, why, by } }] : [];
        default:
          return type satisfies never;
      }
    },
  };
}

/** Whether it holds at `at`, ms since 1970. */
export function isIsolated<T extends IsolationState>(isolation: T | undefined, at: number): isolation is T {
  return isolation?.status === "isolated" && at < Date.parse(isolation.until);
}

/** Of a team itself, or of an agent of it, the isolation that holds longest at `at`, ms since 1970. */
export function isolationFor<T extends IsolationState>(
  all: ReadonlyMap<string, T>,
  team: string,
  agent: string | undefined,
  at: number,
): T | undefined {
  const [first, second] = [all.get(team), agent === undefined ? undefined : all.get(`${team}.${agent}`)].filter((one) =>
    isIsolated(one, at),
  );
  return first !== undefined && second !== undefined && second.until > first.until ? second : (first ?? second);
}

/** Why nothing begins, in words. */
export function isolatedText({ prefix, until, why, by }: IsolationState): string {
  return `${prefix} is isolated until ${until} by ${by}: ${why}`;
}
