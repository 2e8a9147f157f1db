import { team, workflow } from "armada-mesh";
import { help, Text } from "./contract.ts";

const answer = workflow({ name: "answer", version: 1, input: Text, output: Text, run: async (input) => input });

export default team({ name: "answerer", workflows: [answer], provides: [help.by(answer)] });
