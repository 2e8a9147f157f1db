import { team, workflow } from "@armada/agents";
import { help, Text } from "@armada/answerer/contract";

const ask = workflow({
  name: "ask",
  version: 1,
  input: Text,
  output: Text,
  run: (input, ctx) => ctx.ask(help, input, { within: "20s" }),
});

export default team({ name: "asker", workflows: [ask], asks: [help] });
