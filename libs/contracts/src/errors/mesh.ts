import type { About } from "./about.ts";

/** Of nats-server, streams, identities, and of the gateway's settings. */
export const mesh = {
  ACCOUNTS_DIFFER: {
    is: "a folder of identities is of a mesh with another kind of accounts",
    next: "set nats.accounts as it was, or use another folder",
  },
  ACK_DUPLICATE: {
    is: "a stream took an append for a duplicate, which none can be",
    next: "look for who writes to the stream beside Armada",
  },
  ANOTHER_ADMINISTRATION: { is: "two folders hold different keys of administration", next: "keep the one that the mesh was made with" },
  CLAIMS_REFUSED: { is: "nats-server does not take an account's claims", next: "is its operator the one of this folder?" },
  CONFIG_NOT_KEPT: { is: "nats-server did not keep a stream's configuration as asked", next: "use nats-server 2.14 or newer" },
  CONNECTION_LOST: {
    is: "a team's connection to NATS is over, and its process ends",
    next: "is the server up? What runs the process starts it again",
  },
  ENVELOPE_INVALID: { is: "a message is none of the mesh's form", next: "write by the gateway or by Armada's own clients" },
  HOOKS_INVALID: { is: "gateway-hooks.json cannot be read", next: "bring it back from a copy, or remove it and add its hooks anew" },
  IDENTITY_MISSING: {
    is: "a folder of identities lacks one that is needed",
    next: "`armada provision` makes it; the hint names the folder",
  },
  IDENTITY_UNKNOWN: { is: "a name is neither a team nor a role", next: "provision the team first" },
  IDENTITY_UNREADABLE: { is: "a file of identities cannot be read", next: "bring it back from a copy" },
  KEYS_INVALID: { is: "gateway-keys.json cannot be read", next: "bring it back from a copy, or remove it and add its keys anew" },
  LAST_NOT_TAKEN: {
    is: "the last message of a subject is a forgery, and those before it are too many to look through",
    next: "`armada doctor` names forged messages",
  },
  LOG_FULL: { is: "a team's stream is full", next: "`armada health`; make room on the disk, or raise `room` in armada.config.ts" },
  LOG_REFUSED: { is: "a message can never be stored", next: "the message says why; mostly it is too large" },
  LOG_UNAVAILABLE: { is: "NATS does not answer", next: "try again; is the server up?" },
  NATS_NOT_READY: { is: "nats-server did not become ready", next: "its output says why" },
  NATS_TOO_OLD: { is: "nats-server is older than 2.14", next: "use a newer one" },
  NOT_ADMITTED: {
    is: "nats-server does not know an identity's key",
    next: "`armada provision`, then `nats-server --signal reload`, twice for a new account",
  },
  NOT_A_BACKUP: { is: "a file is no backup of that team", next: "name one that `armada remove team NAME --keep FILE` wrote" },
  NOT_OUR_STREAMS: {
    is: "a server has streams of others, which cannot be taken over into accounts",
    next: "take them to a server of their own",
  },
  NO_ROOM: { is: "nats-server has promised all the storage that it may", next: "raise its max_file_store, or free disk" },
  OBJECT_CORRUPT: { is: "a stored object is not what it was", next: "restore the team from a backup" },
  OBJECT_MISSING: { is: "a stored object is not there", next: "restore the team from a backup" },
  OIDC_INCOMPLETE: { is: "tokens want an issuer, an audience, its keys and scopes", next: "set all of gateway.oidc" },
  QUEUE_UNKNOWN: { is: "a team has no queue of that name", next: "provision the team first" },
  RESTORE_FAILED: { is: "nats-server did not take a stream back", next: "is there room on its disk?" },
  SNAPSHOT_FAILED: { is: "nats-server did not give a stream out", next: "is it up, and are you administration?" },
  STATE_UNREADABLE: {
    is: "a stored state is of a form that this build does not know",
    next: "use the version that wrote it, or a newer one",
  },
  STREAM_MISSING: { is: "a stream is not there", next: "`armada provision` makes what is missing; `armada up` does so by itself" },
  STREAM_REPLACED: { is: "a team's stream was made anew or restored while a replica served it", next: "nothing: the replica begins anew" },
  STREAM_THERE: { is: "a stream is there that is to be restored or taken over", next: "remove one of the two" },
  SUBJECT_TAKEN: { is: "a subject that was to be written holds another's message", next: "the hint names the message" },
  TLS_FILES: {
    is: "the gateway's certificate or key is missing or cannot be read",
    next: "set gateway.tls.cert and gateway.tls.key both, in PEM",
  },
} as const satisfies Record<string, About>;

/** What `armada health` and `armada doctor` tell; none of it is thrown. */
export const health = {
  AGENT_APART: {
    is: "a step of an agent ended, or held, its process, so that for ten minutes each call of the agent runs in one of its own",
    next: "see the team's log for where it stood; mend it, or set `limits.isolate`",
  },
  ASKED_CAPABILITY_MISSING: {
    is: "a team asks a capability that the other does not offer",
    next: "mend the name, or provision the other team anew",
  },
  ASKED_TEAM_MISSING: { is: "a team asks a team that is not there", next: "armada provision --team PATH" },
  CASCADE: {
    is: "three or more agents or teams fail together",
    next: "`armada cascade` says which, and how many runs depend on each: begin with the first",
  },
  HOOK_DISABLED: { is: "the receiver of a hook answered 410: it wants nothing more", next: "`armada hooks enable NAME`, or remove it" },
  HOOK_DOWN: {
    is: "the receiver of a hook has taken nothing for five minutes",
    next: "is it up? `armada hooks list` says what it answered",
  },
  HOOK_FULL: { is: "a hook holds back as many keys as it can, and reads no further", next: "`armada hooks parked NAME`" },
  HOOK_PARKED: {
    is: "a hook has parked what its receiver does not take",
    next: "`armada hooks parked NAME`, then `armada hooks redrive NAME`",
  },
  MESSAGE_PARKED: { is: "messages of no run could not be handled", next: "`armada parked list`" },
  NOT_CONNECTED: { is: "no replica of a team is connected", next: "start it, or remove it; see its log" },
  QUEUE_MISSING: { is: "a team lacks a queue that its code wants", next: "`armada provision`" },
  QUEUE_NOT_SERVED: { is: "nobody takes what waits in a queue", next: "start the team" },
  RUN_UNREADABLE: { is: "the journal of an open run cannot be read", next: "`armada events list --team TEAM --run ID`" },
  SCHEDULE_LATE: { is: "a schedule's time has come and nothing has started", next: "are its replicas up, and has its stream room?" },
  SOURCE_MISSING: { is: "a team's stream lacks a source that its code wants", next: "`armada provision`" },
  SOURCE_STOPPED: { is: "facts of another team do not come", next: "is the stream full? nats-server's log names what it does not take" },
  SOURCE_TEAM_MISSING: { is: "a team takes facts of a team that is not there", next: "armada provision --team PATH" },
  STREAM_BUSY: {
    is: "a stream has hardly any room: new runs are refused",
    next: "make room on the disk, or raise `room` in armada.config.ts",
  },
  STREAM_FULL: { is: "a stream is full: no work is handed out", next: "make room on the disk, or raise `room` in armada.config.ts" },
  STREAM_NOT_WRITABLE: { is: "a stream answers no writer", next: "start its nats-server again, with room on its disk" },
} as const satisfies Record<string, About>;
