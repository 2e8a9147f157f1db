import { OrderPlaced } from "@armada/shop/contract";
import { on, team } from "armada-mesh";
import { orders } from "./read-models/orders.ts";
import { clerk, count } from "./workflows/count.ts";
import { file } from "./workflows/file.ts";

/** Takes all facts that there are. */
export default team({
  name: "books",
  workflows: [file, count],
  agents: [clerk],
  readModels: [orders],
  subscriptions: [on(OrderPlaced).start(file, (order) => order.data, { from: "beginning" })],
});
