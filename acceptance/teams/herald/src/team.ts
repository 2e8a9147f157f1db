import { team, workflow } from "armada-mesh";
import { z } from "zod";
import { Closed, Opened, Rested, Told } from "./contract.ts";

/** States what it is told to. */
const ids = z.array(z.string()).default([]);
const say = workflow({
  name: "say",
  version: 1,
  input: z.object({ opened: ids, closed: ids, told: ids, rested: z.array(z.object({ id: z.string(), ms: z.number() })).default([]) }),
  output: z.object({ said: z.number() }),
  async run({ opened, closed, told, rested }, ctx) {
    await Promise.all([
      ...opened.map((id) => ctx.emit(Opened, { id })),
      ...closed.map((id) => ctx.emit(Closed, { id })),
      ...told.map((id) => ctx.emit(Told, { id })),
      ...rested.map((one) => ctx.emit(Rested, one)),
    ]);
    return { said: opened.length + closed.length + told.length + rested.length };
  },
});

export default team({ name: "herald", workflows: [say], emits: [Opened, Closed, Told, Rested] });
