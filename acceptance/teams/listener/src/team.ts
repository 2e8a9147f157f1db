import { on, team, workflow } from "armada-mesh";
import { z } from "zod";
import { Happened } from "./contract.ts";

const Heard = z.object({ id: z.string(), source: z.string(), time: z.string(), arrived: z.string(), data: z.unknown().optional() });
const note = workflow({ name: "note", version: 1, input: Heard, output: Heard, run: async (heard) => heard });

export default team({
  name: "listener",
  workflows: [note],
  subscriptions: [on(Happened).start(note, ({ id, source, time, arrived, data }) => ({ id, source, time, arrived, data }))],
});
