import { mill } from "./mill.ts";

export default mill(true);
