import { allQueues, queuesOf, sourcesOf } from "@armada/engine/inbound/queues";
import type { SourceThere } from "@armada/nats/client";
import { type Look, MAKE_AGAIN, type Trouble } from "./trouble.ts";

/** A source whose stream was made anew is silent for up to half a minute, and then goes on by itself. */
const LATE_MS = 45_000;

/** Facts of other teams that do not come: by sequences, for of a source that has stopped the server says a lag of 0. */
export const sources: Look = async ({ session, team: { name, definition, manifest }, now }) => {
  const all = await session.sources(name);
  const wanted =
    definition === undefined ? (manifest?.sources ?? []) : [...sourcesOf(definition)].map(([team, filters]) => ({ team, filters }));
  const lacking = wanted.flatMap(({ team, filters }) =>
    filters.flatMap((filter) => (all.some((one) => one.from === team && one.filter === filter) ? [] : [{ team, filter }])),
  );
  const teams = lacking.length === 0 ? [] : await session.teams();
  const missing = lacking.filter(({ team }) => teams.includes(team)).map(({ filter }) => typeOf(filter));
  return [...notTaken(name, missing), ...late(name, all, now)];
};

function typeOf(filter: string): string {
  return filter.replace(/^evt\./, "").replace(/\.>$/, "");
}

/** What its code wants of teams that are here and its stream does not take. */
function notTaken(name: string, missing: readonly string[]): readonly Trouble[] {
  if (missing.length === 0) return [];
  return [{ code: "SOURCE_MISSING", message: `TEAM_${name} has no source of ${missing.join(", ")}`, next: MAKE_AGAIN }];
}

function late(name: string, sources: readonly SourceThere[], now: number): readonly Trouble[] {
  return sources.flatMap(({ filter, missing, since, there }) => {
    if (!there) return []; // left out by --only, or on another server
    if (since === undefined || now - since < LATE_MS) return [];
    return [
      {
        code: "SOURCE_STOPPED",
        message: `${missing} of ${typeOf(filter)} do not come, the oldest since ${new Date(since).toISOString()}`,
        next: `is TEAM_${name} full? A message that it does not take stops the source: nats-server's log names it`,
      },
    ];
  });
}

/** Queues that its code wants and the server has not: what they would take is not worked on. */
export const consumers: Look = ({ team: { name, definition, manifest }, queues }) => {
  const there = new Set(queues.map((queue) => queue.name));
  const wanted = definition === undefined ? (manifest?.queues ?? []) : allQueues(queuesOf(definition));
  const missing = wanted.filter((queue) => !there.has(queue.name));
  if (missing.length === 0) return [];
  return [
    {
      code: "QUEUE_MISSING",
      message: `TEAM_${name} has no ${missing.length === 1 ? "queue" : "queues"} ${missing.map((queue) => queue.name).join(", ")}`,
      next: MAKE_AGAIN,
    },
  ];
};
