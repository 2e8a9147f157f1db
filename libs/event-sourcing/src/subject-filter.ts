/** Whether a subject matches a filter with the wildcards `*` (one token) and `>` (one token or more, last). */
export function matches(filter: string, subject: string): boolean {
  const f = filter.split(".");
  const s = subject.split(".");
  for (const [index, token] of f.entries()) {
    if (token === ">") return s.length > index;
    if (index >= s.length || (token !== "*" && token !== s[index])) return false;
  }
  return f.length === s.length;
}
