import { help, Text } from "@armada/answerer/contract";
import { team, workflow } from "armada-mesh";

const ask = workflow({
  name: "ask",
  version: 1,
  input: Text,
  output: Text,
  run: (input, ctx) => ctx.ask(help, input, { within: "20s" }),
});

export default team({ name: "asker", workflows: [ask], asks: [help] });
