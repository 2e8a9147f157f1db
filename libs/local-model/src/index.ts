export { LOCAL_MODEL, localModel } from "./model.ts";
