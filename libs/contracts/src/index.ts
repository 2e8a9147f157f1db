export { type Ask, askMessage } from "./ask.ts";
export { buildEnvelope, causedBy, chainOf, type Provenance, type Said } from "./build-envelope.ts";
export { arrivalOf, decodeBody, digestOf, Envelope, encodeBody, eventKey, parseMessage } from "./envelope.ts";
export { type ErrorCode, errorCodes } from "./errors/codes.ts";
export { ArmadaError, CodedError, isRetryable, joinErrors, Refusal } from "./errors.ts";
export { type Attribute, extensionsOf, keptAs } from "./extensions.ts";
export { IdRule, idBy, idRuleOf } from "./external-id.ts";
export { type DeclaredType, declaredBy, type ExternalType, joinTypes } from "./external-types.ts";
export { Isolation, isolationIn, isolationMessage, LONGEST_ISOLATION_MS } from "./fleet/isolation.ts";
export { entryIn, entryMessage, FleetEntry, TeamManifest } from "./fleet/manifest.ts";
export { GrantAnswered, GrantAsked } from "./grants.ts";
export {
  type AnyEventKind,
  type Capability,
  capability,
  definedEvents,
  type EventKind,
  type ExternalKind,
  event,
  external,
  type Provision,
  placeOf,
} from "./kinds.ts";
export { decodeLiveText, encodeLiveText, type LiveText, liveSubject } from "./live-text.ts";
export { ADMINISTRATION, checkName, checkTeamName, isName } from "./names.ts";
export {
  bytesWithoutSecrets,
  knowSecrets,
  pendingSecret,
  redact,
  redactValues,
  textWithoutSecrets,
  withoutSecrets,
} from "./secrets/known.ts";
export { LEAST_SECRET, type Redactor, redactIn, redactorOf } from "./secrets/redactor.ts";
export { HIDDEN } from "./secrets/shapes.ts";
export { signedText, splitSignature, withSignature } from "./signature.ts";
export { asToken, buildSubject, hash32, isToken, type JournalKind, parseSubject, runFilter, type Subject, shortHash } from "./subject.ts";
export { type Amount, covers, minus, NOTHING, plus } from "./values/amount.ts";
export { parseBytes, sizeText } from "./values/bytes.ts";
export { type Duration, milliseconds } from "./values/duration.ts";
export { isoTime } from "./values/iso-time.ts";
export { checkKept, parseJson, type Unkept, unkeptNumber, unkeptValue } from "./values/json.ts";
