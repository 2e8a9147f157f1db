import { team, workflow } from "armada-mesh";
import { z } from "zod";

const wait = workflow({ name: "wait", version: 1, input: z.object({}), output: z.object({}), run: async (input) => input });

export default team({ name: "quiet", workflows: [wait] });
