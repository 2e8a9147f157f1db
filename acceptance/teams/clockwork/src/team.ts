import { every, team, workflow } from "armada-mesh";
import { z } from "zod";

const Due = z.object({ planned: z.string(), local: z.string() });
const strike = workflow({
  name: "strike",
  version: 1,
  input: Due,
  output: Due,
  run: async (due, ctx) => {
    await ctx.step("strike", () => due.local);
    return due;
  },
});

export default team({
  name: "clockwork",
  workflows: [strike],
  // An hour of minutes, in five minutes.
  schedules: [every("*/5 * * * * *", { zone: "Europe/Berlin" }).start(strike, (firing) => firing)],
});
