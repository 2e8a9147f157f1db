import { serve } from "@armada/runtime";
import team from "./team.ts";

await serve(team);
