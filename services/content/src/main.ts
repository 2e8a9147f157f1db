import { serve } from "armada-mesh/serve";
import team from "./team.ts";

await serve(team);
