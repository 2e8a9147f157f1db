import { team } from "@armada/agents";
import { type Envelope, encodeBody } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { teamSession } from "@armada/operations/testing/team-session";
import { expect, test } from "vitest";
import { listEvents } from "../commands/events.ts";
import { stateCommand } from "../commands/state.ts";
import { printer } from "../testing/printer.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");

function envelope(team: string, id: string, at: number): Envelope {
  const time = new Date(at).toISOString();
  const about = { source: `/${team}`, type: `${team}.note.noted`, subject: id, correlationid: id, causationid: id } as const;
  return { specversion: "1.0", id, time, data: {}, team, schemaversion: 1, hops: 0, ...about };
}

/** Two teams that state a fact in turn, each a minute after the other. */
function twoTeams(facts: number) {
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  for (const team of ["desk", "shop"]) mesh.provision(team, [], new Map());
  for (let k = 0; k < facts; k++) {
    const team = k % 2 === 0 ? "desk" : "shop";
    const at = START + k * 60_000;
    mesh.stream(team).append(`evt.${team}.note.noted.n${k}.k${k}`, encodeBody([envelope(team, `n${k}`, at)]), at);
  }
  return async (flags: Parameters<typeof listEvents>[2]) => {
    const out = printer();
    await listEvents({ log: (team) => mesh.connect(team).log }, ["desk", "shop"], flags, out);
    return { ids: out.emitted.map((line) => (line as { id?: string }).id), said: out.said };
  };
}

test("a limit takes the newest events of all teams, each stream in its order", async () => {
  const list = twoTeams(10);
  expect((await list({})).ids).toEqual(["n0", "n2", "n4", "n6", "n8", "n1", "n3", "n5", "n7", "n9"]);
  expect((await list({ limit: "3" })).ids).toEqual(["n8", "n7", "n9"]);
  expect((await list({ limit: "3", until: new Date(START + 4 * 60_000).toISOString() })).ids).toEqual(["n2", "n4", "n3"]);
  expect((await list({ limit: "1", subject: "evt.desk.>" })).ids).toEqual(["n8"]);
  expect(await list({ limit: "0" })).toEqual({ ids: [], said: [] });
});

test("where no event is so, that is said", async () => {
  expect(await twoTeams(3)({ run: "nothing" })).toEqual({ ids: [], said: ["no event of desk, shop is so"] });
});

test("where nobody says how many, the newest 10,000 are listed, and that there are more", async () => {
  const { ids, said } = await twoTeams(10_002)({});
  expect(ids).toHaveLength(10_000);
  expect(ids).not.toContain("n1");
  expect(said.at(-1)).toBe("the newest 10000 of 10002: --limit for another number, --since and --until for a time");
});

test("what only looks like a time is refused, of events and of a state", async () => {
  const list = twoTeams(1);
  const desk = await teamSession(team({ name: "desk" }));
  try {
    for (const wrong of ["-1", "1 Jan", "2026-01-01T14:03:00"]) {
      await expect(list({ since: wrong })).rejects.toMatchObject({ code: "USAGE" });
      await expect(list({ until: wrong })).rejects.toMatchObject({ code: "USAGE" });
      await expect(stateCommand(desk, team({ name: "desk" }), { at: wrong }, printer())).rejects.toMatchObject({ code: "USAGE" });
    }
  } finally {
    await desk.stop();
  }
});
