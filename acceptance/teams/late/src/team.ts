import { help, Text } from "@armada/beta/contract";
import { on, team, workflow } from "armada-mesh";
import { external } from "armada-mesh/contracts";

const Opened = external("com.example.late.opened", { id: (data) => data.text, data: Text });
const ask = workflow({
  name: "ask",
  version: 1,
  input: Text,
  output: Text,
  run: (input, ctx) => ctx.ask(help, input, { within: "1m" }),
});

export default team({ name: "late", workflows: [ask], subscriptions: [on(Opened).start(ask, ({ data }) => data)], asks: [help] });
