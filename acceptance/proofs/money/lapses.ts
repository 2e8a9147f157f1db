import type { Entry } from "../judges/money.ts";

/**
 * What came back because its lease ended. `ofKilled`: of each block how long after its replica's kill, in ms, the newest one
 * before the lease's end; `ofLiving`: blocks after whose last renewal nobody was killed, as of replicas that a machine under
 * load let go too late to renew.
 */
export type Lapses = { readonly ofKilled: readonly number[]; readonly ofLiving: number };

export function lapsesOf(entries: readonly Pick<Entry, "time" | "lapsed">[], kills: readonly number[], leaseMs: number): Lapses {
  const each = entries.flatMap(({ time, lapsed }) =>
    lapsed.map(({ until }) => {
      const kill = kills.findLast((at) => at < until);
      return kill === undefined || kill < until - leaseMs ? undefined : time - kill;
    }),
  );
  return { ofKilled: each.filter((after) => after !== undefined), ofLiving: each.filter((after) => after === undefined).length };
}
