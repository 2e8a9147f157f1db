import { type Amount, covers, minus, NOTHING, plus } from "@armada/contracts";
import type { Decider } from "@armada/event-sourcing";
import { grantAhead, least } from "../grant-ahead.ts";
import type { AllLimits, Block, Drawn, LedgerEvent, LedgerState, Settled } from "./events.ts";
import { roomOf } from "./limit-usage.ts";

/** What a replica wants for an account: `need` or nothing, and up to `ahead` more where there is plenty. */
export type Want = { readonly account: string; readonly need: Amount; readonly ahead: Amount };

/** A replica's whole business with the ledger, in one decision. Times in ms since 1970. */
export type Trade = {
  readonly type: "trade";
  readonly block: string;
  readonly replica: string;
  readonly day: string;
  readonly at: number;
  readonly until: number;
  readonly from: number;
  readonly settled: readonly Settled[];
  readonly suspected: readonly Drawn[];
  readonly wants: readonly Want[];
  readonly returned: Readonly<Record<string, Amount>>;
  /** Gives all back: the replica needs nothing more. */
  readonly close: boolean;
};

/** What is asked of a team's ledger: by its replicas for themselves (`Trade`), of blocks they left (`expire`), by the federation (`fund`) and by operators (`clear`). `at`: ms since 1970. */
export type LedgerCommand =
  | { readonly type: "limit"; readonly limits: AllLimits }
  /** What the federation lets the team spend in the month, and all teams together; a late word of it lowers nothing. */
  | { readonly type: "fund"; readonly funded: Amount; readonly fleet: Amount }
  | Trade
  /** A block whose lease ended `GRACE_MS` ago: what its journals tell of its calls. */
  | {
      readonly type: "expire";
      readonly block: string;
      /** The block as it was when its journals were read. */
      readonly about: Block;
      readonly at: number;
      readonly settled: readonly Settled[];
      readonly suspected: readonly Drawn[];
    }
  | {
      readonly type: "clear";
      readonly call: string;
      readonly at: number;
      readonly micros: number;
      readonly tokens: number;
      readonly by: string;
    };

/** How far clocks may differ before a block counts as left by its replica. */
export const GRACE_MS = 5_000;
const EMPTY_DAY: LedgerState["days"][string] = { spent: NOTHING, agents: {} };

/**
 * A team's ledger of one month. What is spent, reserved and suspect together never goes over a limit by a decision of
 * its own: only a call that cost more than its ceiling could, and adapters compute ceilings that none does.
 */
export const ledger: Decider<LedgerState, LedgerCommand, LedgerEvent> = {
  initial: () => ({ limits: { team: {}, agents: {} }, spent: NOTHING, agents: {}, days: {}, blocks: {}, suspects: {} }),
  evolve,
  decide: (command, state) => {
    switch (command.type) {
      case "limit":
        return same(command.limits, state.limits) ? [] : [{ type: "limited", data: { limits: command.limits } }];
      case "fund":
        return fund(command, state);
      case "trade":
        return trade(command, state);
      case "expire": {
        const { block, about, at } = command;
        const held = state.blocks[block];
        // What was settled of it since its journals were read would be settled twice.
        if (held === undefined || held.until + GRACE_MS > at || !same(held, about)) return [];
        return [...conclude(command, held, state), { type: "closed", data: { block, lapsed: true } }];
      }
      case "clear": {
        const { call, at, micros, tokens, by } = command;
        return Object.hasOwn(state.suspects, call) ? [{ type: "cleared", data: { call, at, micros, tokens, by } }] : [];
      }
      default:
        return command satisfies never;
    }
  },
};

function fund({ funded, fleet }: { funded: Amount; fleet: Amount }, state: LedgerState): readonly LedgerEvent[] {
  const now = { funded: most(funded, state.funded), fleet: most(fleet, state.fleet) };
  return same(now.funded, state.funded) && same(now.fleet, state.fleet) ? [] : [{ type: "funded", data: now }];
}

function most(a: Amount, b: Amount = NOTHING): Amount {
  return { micros: Math.max(a.micros, b.micros), tokens: Math.max(a.tokens, b.tokens) };
}

function trade(command: Trade, state: LedgerState): readonly LedgerEvent[] {
  const { block, replica, day, until, from, close } = command;
  const held = state.blocks[block];
  const events: LedgerEvent[] = [...conclude(command, held, state)];
  let now = events.reduce(evolve, state);
  const decide = (event: LedgerEvent): void => {
    events.push(event);
    now = evolve(now, event);
  };
  if (held !== undefined) {
    if (close) return [...events, { type: "closed", data: { block, lapsed: false } }];
    for (const [account, amount] of Object.entries(command.returned)) {
      const back = least(amount, now.blocks[block]?.held[account] ?? NOTHING);
      if (back.micros > 0 || back.tokens > 0) decide({ type: "returned", data: { block, account, amount: back } });
    }
    if (until > held.until || from > held.from) decide({ type: "renewed", data: { block, until, from } });
  }
  const granted = new Map<string, Amount>();
  for (const { account, need, ahead } of close ? [] : command.wants) {
    const room = roomOf(now, account, day);
    if (!covers(room, need)) continue;
    const amount = plus(need, least(ahead, grantAhead(minus(room, need))));
    granted.set(account, plus(granted.get(account) ?? NOTHING, amount));
    now = evolve(now, { type: "granted", data: { block, replica, day, until, from, account, amount } });
  }
  for (const [account, amount] of granted) events.push({ type: "granted", data: { block, replica, day, until, from, account, amount } });
  return events;
}

/** What became of calls. A call of a block whose lease has expired meanwhile was made a suspect, or settled from its journal. */
function conclude(
  { block, at, settled, suspected }: { block: string; at: number; settled: readonly Settled[]; suspected: readonly Drawn[] },
  held: Block | undefined,
  state: LedgerState,
): LedgerEvent[] {
  if (held === undefined)
    return settled
      .filter(({ call }) => Object.hasOwn(state.suspects, call))
      .map(({ call, micros, tokens }) => ({ type: "cleared", data: { call, at, micros, tokens, by: "its replica" } }));
  const events: LedgerEvent[] = [];
  if (settled.length > 0) events.push({ type: "settled", data: { block, at, calls: [...settled] } });
  if (suspected.length > 0) events.push({ type: "suspected", data: { block, at, calls: [...suspected] } });
  return events;
}

function evolve(state: LedgerState, event: LedgerEvent): LedgerState {
  switch (event.type) {
    case "limited":
      return { ...state, limits: event.data.limits };
    case "funded":
      return { ...state, ...event.data };
    case "granted": {
      const { block, replica, day, until, from, account, amount } = event.data;
      const known = state.blocks[block] ?? { replica, day, until, from, held: {} };
      const held = { ...known.held, [account]: plus(known.held[account] ?? NOTHING, amount) };
      return pruned({
        ...withBlock(state, block, { ...known, held }),
        days: { ...state.days, [day]: state.days[day] ?? EMPTY_DAY },
      });
    }
    case "renewed": {
      const { block, until, from } = event.data;
      const known = state.blocks[block];
      if (known === undefined) return state;
      return withBlock(state, block, { ...known, until: Math.max(until, known.until), from: Math.max(from, known.from) });
    }
    case "settled": {
      const { block, calls } = event.data;
      const known = state.blocks[block];
      if (known === undefined) return state;
      let next = withBlock(state, block, { ...known, held: calls.reduce(release, known.held) });
      for (const { agent, micros, tokens } of calls) next = spend(next, known.day, agent, { micros, tokens });
      return next;
    }
    case "suspected": {
      const { block, at, calls } = event.data;
      const known = state.blocks[block];
      if (known === undefined) return state;
      const suspects = { ...state.suspects };
      for (const call of calls) suspects[call.call] = { ...call, day: known.day, at };
      return { ...withBlock(state, block, { ...known, held: calls.reduce(release, known.held) }), suspects };
    }
    case "returned": {
      const { block, account, amount } = event.data;
      const known = state.blocks[block];
      if (known === undefined) return state;
      return withBlock(state, block, { ...known, held: release(known.held, { account, ceiling: amount }) });
    }
    case "closed": {
      const { [event.data.block]: _, ...blocks } = state.blocks;
      return pruned({ ...state, blocks });
    }
    case "cleared": {
      const { [event.data.call]: known, ...suspects } = state.suspects;
      if (known === undefined) return state;
      const { micros, tokens } = event.data;
      return pruned({ ...spend(state, known.day, known.agent, { micros, tokens }), suspects });
    }
    default:
      return event satisfies never;
  }
}

function withBlock(state: LedgerState, id: string, block: Block): LedgerState {
  return { ...state, blocks: { ...state.blocks, [id]: block } };
}

function release(held: Block["held"], { account, ceiling }: { account: string; ceiling: Amount }): Block["held"] {
  const { [account]: known = NOTHING, ...others } = held;
  const left = minus(known, least(ceiling, known));
  return left.micros === 0 && left.tokens === 0 ? others : { ...held, [account]: left };
}

function spend(state: LedgerState, day: string, agent: string, amount: Amount): LedgerState {
  const today = state.days[day] ?? EMPTY_DAY;
  return {
    ...state,
    spent: plus(state.spent, amount),
    agents: { ...state.agents, [agent]: plus(state.agents[agent] ?? NOTHING, amount) },
    days: {
      ...state.days,
      [day]: { spent: plus(today.spent, amount), agents: { ...today.agents, [agent]: plus(today.agents[agent] ?? NOTHING, amount) } },
    },
  };
}

/** Days that are over, and of which nothing is open, are in the events and not in the state. */
function pruned(state: LedgerState): LedgerState {
  const all = Object.keys(state.days).sort();
  const open = new Set([
    all.at(-1),
    ...Object.values(state.blocks).map(({ day }) => day),
    ...Object.values(state.suspects).map(({ day }) => day),
  ]);
  return {
    ...state,
    days: Object.fromEntries(all.filter((day) => open.has(day)).map((day) => [day, state.days[day] ?? { spent: NOTHING, agents: {} }])),
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
