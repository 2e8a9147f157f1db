import { team } from "armada-mesh";
import { file } from "./workflows/file.ts";

/** Before it knows of the other team's facts; `team-now.ts` and `team-beginning.ts` are what it is edited to. */
export default team({
  name: "books",
  workflows: [file],
});
