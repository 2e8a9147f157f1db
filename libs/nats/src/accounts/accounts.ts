import { ADMINISTRATION } from "@armada/contracts";
import { derivedSeed } from "../identity/nkey.ts";
import { type Permissions, ROLES, rightsAtHome } from "../identity/permissions.ts";
import { ARCHIVER, type Crossing, crossingsOf, type TeamCrossing } from "./crossings.ts";

/** An account of a server, in its own words. Its name is that of the identity that is at home there. */
export type Account = {
  readonly name: string;
  /** Whether it has streams. */
  readonly jetstream: boolean;
  /** Whether who sends a message copies along what it refers to. */
  readonly copies: boolean;
  readonly exports: readonly Export[];
  readonly imports: readonly Crossing[];
  readonly users: readonly User[];
};

/** `to`: the accounts that may have it; no other sees that it is there. */
export type Export = Pick<Crossing, "kind" | "subject" | "many"> & { readonly to: readonly string[] };
/** `administers`: it is administration's user of that account, with a key of its own. */
export type User = { readonly name: string; readonly administers: boolean; readonly permissions: Permissions };

/** The secret by which administration is in an account: one for each, made of its own. */
export function administrationSeed(seed: string, account: string): string {
  return account === ADMINISTRATION ? seed.trim() : derivedSeed(seed, account);
}

/**
 * The accounts of teams and roles, the same whatever the order of `teams`: a server reads anew what reads differently. Who is in one
 * may do there what its identity needs, and beyond it what is imported.
 * `others`: names that have or had streams, and may not come: administration alone finds what is theirs. `copies`: see `crossingsOf`.
 */
export function accountsOf(
  teams: readonly TeamCrossing[],
  { others = [], copies = true }: { readonly others?: readonly string[]; readonly copies?: boolean } = {},
): readonly Account[] {
  const crossings = crossingsOf(
    teams.toSorted((a, b) => (a.team < b.team ? -1 : 1)),
    copies,
  );
  const names = new Set(teams.map(({ team }) => team));
  const roles: readonly string[] = ROLES;
  const closed = [...new Set(others)]
    .filter((name) => !names.has(name) && !roles.includes(name))
    .sort()
    .map((name) => closedAccount(name, copies));
  const open = [...[...names].sort(), ...roles].map((name) => {
    const imports = crossings.filter(({ to }) => to === name);
    const jetstream = name !== ARCHIVER;
    return {
      name,
      jetstream,
      copies,
      exports: exportsOf(crossings.filter(({ from }) => from === name)),
      imports,
      users: [
        ...(name === ADMINISTRATION ? [] : [{ name, administers: false, permissions: rightsOf(name, imports, copies) }]),
        ...(jetstream ? [{ name, administers: true, permissions: administrator(name, copies) }] : []),
      ],
    };
  });
  return [...open, ...closed];
}

function closedAccount(name: string, copies: boolean): Account {
  const users = [{ name, administers: true, permissions: administrator(name, copies) }];
  return { name, jetstream: true, copies, exports: [], imports: [], users };
}

function exportsOf(crossings: readonly Crossing[]): readonly Export[] {
  const bySubject = Map.groupBy(crossings, ({ kind, subject }) => `${kind} ${subject}`);
  return [...bySubject.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { kind, subject, many } = first;
    return [{ kind, subject, ...(many === true ? { many } : {}), to: same.map(({ to }) => to).sort() }];
  });
}

function rightsOf(name: string, imports: readonly Crossing[], copies: boolean): Permissions {
  const asked = imports.filter((one) => one.kind === "service" && !isForStreams(one)).map(({ as, subject }) => as ?? subject);
  const watched = imports.filter(({ kind, subject }) => kind === "stream" && subject.startsWith("live.")).map(({ subject }) => subject);
  const own = rightsAtHome(name, copies);
  return { publish: [...own.publish, ...asked], subscribe: [...own.subscribe, ...watched] };
}

/** What a stream's source says to the consumer that feeds it; no client has to. */
function isForStreams({ subject }: Crossing): boolean {
  return subject.startsWith("$JS.FC.") || subject.startsWith("$JS.API.CONSUMER.RESET.");
}

/** Administration in one account: its streams, and their snapshots. What the fleet is, it says at its own home. Copies it
 * makes of what was sent before there were any (`sent-before.ts`). */
function administrator(account: string, copies: boolean): Permissions {
  const fleet = account === ADMINISTRATION ? ["fleet.>"] : [];
  return {
    publish: ["$JS.API.>", "$JS.SNAPSHOT.>", ...fleet, ...(copies ? [`obj.${account}.of.>`, `shown.${account}.>`] : [])],
    subscribe: [`_INBOX.${ADMINISTRATION}.>`],
  };
}
