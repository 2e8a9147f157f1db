import { ArmadaError, type ErrorCode, errorCodes } from "@armada/contracts";

/** The exit codes of DESIGN.md. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3, nothing: 4, interrupted: 130 } as const;

const NOTHING_TO_TALK_TO: ReadonlySet<string> = new Set<ErrorCode>([
  "NO_MESH",
  "GATEWAY_NOT_TRUSTED",
  "NATS_NOT_READY",
  "NO_NATS_SERVER",
  "LOG_UNAVAILABLE",
  "NATS_TOO_OLD",
  "NOT_CONNECTED",
  "MESH_RUNNING",
]);
const REFUSED: ReadonlySet<string> = new Set<ErrorCode>([
  "FILE_EXISTS",
  "FILE_UNREADABLE",
  "FILE_UNWRITABLE",
  "TEAM_RUNS",
  "TEAM_WANTED",
  "TEAM_TAKEN",
  "TEAM_NOT_COPIED",
  "INPUT_INVALID",
  "TOPIC_NOT_COVERED",
  "NO_DOCUMENTS",
  "NOTHING_TO_SAY",
  "LANGUAGE_NOT_SERVED",
  "AGENT_UNKNOWN",
  "ALREADY_ANSWERED",
  "WORKFLOW_UNKNOWN",
  "KEY_UNKNOWN",
  "NO_SUCH_FOLDER",
  "NO_SUCH_RUN",
  "RUN_NOT_STARTED",
  "BAD_JSON",
  "KEY_TAKEN",
]);

const USAGE: ReadonlySet<string> = new Set<string>([
  ...(["USAGE", "BAD_CONFIG", "NO_SUCH_TEAM", "SCRIPT_INVALID"] satisfies ErrorCode[]),
  ...Object.keys(errorCodes.authoring),
]);

/** The exit code that an error's code stands for. */
export function exitCodeOf(code: string | undefined): number {
  if (code === undefined) return EXIT.failed;
  if (code === "INTERRUPTED") return EXIT.interrupted;
  if (NOTHING_TO_TALK_TO.has(code)) return EXIT.nothing;
  if (REFUSED.has(code)) return EXIT.refused;
  return USAGE.has(code) ? EXIT.usage : EXIT.failed;
}

/** One plain sentence for an error: what, and what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof ArmadaError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error.hint === undefined ? `${error.message} (${error.code})` : `${error.message} (${error.code})\n  ${error.hint}`;
}

/** What the system refuses about a file, and what to do. */
const FILE_FAULTS: ReadonlyMap<string, { readonly what: string; readonly hint: string }> = new Map([
  ["EROFS", { what: "is on a file system that is read-only", hint: "work in another folder, or give --data a folder that can be written" }],
  ["EACCES", { what: "may not be read or written by this user", hint: "work in another folder, or change whose it is" }],
  ["EPERM", { what: "may not be changed by this user", hint: "work in another folder, or change whose it is" }],
  ["ENOSPC", { what: "is on a disk that is full", hint: "make room, or give --data a folder on another disk" }],
  ["ENOENT", { what: "is not there", hint: "name a file that is there, or a folder to write into" }],
  ["EISDIR", { what: "is a folder", hint: "name a file" }],
  ["ENOTDIR", { what: "runs through something that is no folder", hint: "work in another folder" }],
]);

/** An error of the file system as one of ours; any other as it is. */
export function inWords(error: unknown): unknown {
  if (error instanceof ArmadaError || !(error instanceof Error)) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  const fault = FILE_FAULTS.get(code ?? "");
  if (fault === undefined || path === undefined) return error;
  return new ArmadaError("FOLDER_UNUSABLE", `${path} ${fault.what}`, { cause: error, hint: fault.hint });
}
