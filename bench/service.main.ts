import { serve } from "@armada/runtime";
import { hundred } from "./hundred.ts";

await serve(hundred);
