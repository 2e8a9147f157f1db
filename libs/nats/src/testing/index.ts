export { natsServerBinary, startTestMesh, type TestMesh } from "./mesh.ts";
