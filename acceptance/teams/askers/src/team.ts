import { agent, team, workflow } from "armada-mesh";
import { z } from "zod";

const Note = z.object({ text: z.string(), tags: z.array(z.string()).optional(), note: z.string().optional() });
const asker = agent({
  name: "asker",
  does: "asks a model for a note",
  tier: "worker",
  input: z.object({}),
  output: Note,
  limits: { timeout: "20s", attempts: 3 },
  run: ({ model }) => model.ask({ task: "note", prompt: "write a note", material: [], schema: Note, maxTokens: 100 }),
});
const ask = workflow({ name: "ask", version: 1, input: z.object({}), output: Note, run: (_input, ctx) => ctx.ask(asker, {}) });

export default team({ name: "askers", agents: [asker], workflows: [ask] });
