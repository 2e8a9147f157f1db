import { encodeBody } from "@armada/contracts";
import { expect, test } from "vitest";
import { portsOf } from "../adapter.ts";
import { startTestMesh } from "../testing/index.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const most = { messages: 10, bytes: 100_000 };
const about = { specversion: "1.0", source: "/teams/alpha", type: "alpha.thing.seen", time: "2026-01-01T00:00:00Z", data: {} } as const;
const chain = { team: "alpha", correlationid: "c", causationid: "c", schemaversion: 1, hops: 0 };

test.each([false, true])("who reads for the outside pages the log of a team, each identity in an account: %s", async (walled) => {
  const teams = ["alpha", "gateway"].map((team) => ({ team, queues: [], sources: new Map() }));
  await using mesh = await startTestMesh(teams, { walled });
  const { log } = await mesh.connect("alpha");
  await log.append("evt.alpha.thing.seen.t.1", encodeBody([{ ...about, ...chain, id: "e1" }]));
  for (const reader of ["gateway", "operator"]) {
    const { link, manifests } = await mesh.connect(reader);
    const { messages, whole } = await portsOf(link, "alpha", manifests, quiet).log.page("evt.alpha.>", 0, most);
    expect({ reader, subjects: messages.map(({ subject }) => subject), whole }).toEqual({
      reader,
      subjects: ["evt.alpha.thing.seen.t.1"],
      whole: true,
    });
  }
});
