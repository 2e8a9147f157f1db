import { serve } from "@armada/runtime";
import { gateway } from "./gateway.ts";
import team from "./team.ts";

await serve(team, gateway);
