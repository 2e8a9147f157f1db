const SECRETS: readonly RegExp[] = [
  /^(?:sk|pk|rk|ghp|gho|glpat|xox[a-z]|hf|AKIA|AIza)[-_]?[\w-]{12,}$/, // providers' keys
  /^S[ANCOUX][A-Z2-7]{56}$/, // a seed of NATS
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /^(?:Bearer|Basic)\s+\S{8,}$/i,
  /^eyJ[\w-]{8,}\.[\w-]{8,}\./, // a JSON Web Token
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s]*:[^/\s]*@/i, // a password in an address
];
/** Drawn at random: long, without a separator, and of small letters, capitals and digits. */
const RANDOM = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w+=-]{32,}$/;

/** Whether a value looks like something that must not stand in a file. */
export function looksSecret(value: string): boolean {
  return RANDOM.test(value) || SECRETS.some((secret) => secret.test(value));
}

/** Whether a setting of this name would hold a secret. */
export function namesSecret(name: string): boolean {
  return /(?:key|secret|token|passw(?:or)?d|passphrase|seed)$/i.test(name);
}
