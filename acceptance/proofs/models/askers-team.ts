import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Checkout } from "../harness/checkout.ts";

const FILES = {
  "package.json": JSON.stringify({
    name: "@armada/askers",
    version: "0.1.0",
    private: true,
    type: "module",
    exports: { "./contract": "./src/contract.ts" },
  }),
  "src/main.ts": `import { serve } from "@armada/runtime";
import team from "./team.ts";

await serve(team);
`,
  "src/contract.ts": "export {};\n",
  "src/team.ts": `import { agent, team, workflow } from "@armada/agents";
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
`,
};

/** Writes the team `askers`, whose workflow `ask` asks a model for one note: a text, and tags and a remark that may be left out. */
export function writeAskers(copy: Checkout): void {
  for (const [path, text] of Object.entries(FILES)) copy.write(`services/askers/${path}`, text);
  const link = join(copy.root, "node_modules/@armada/askers");
  if (!existsSync(link)) symlinkSync(join(copy.root, "services/askers"), link);
}
