/** Names that models give to the tags around their thinking. */
const THINKING = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis";
/** An opening tag begins a line. One that closes may do without it: some servers put the opening tag into the prompt. */
const TAG = new RegExp(`(?:^[ \\t]*(?:<(?:${THINKING})>|\\[THINK\\]|◁think▷))|(?:<\\/(?:${THINKING})>|\\[\\/THINK\\]|◁\\/think▷)`, "gim");
const OPENS = /^[ \t]*(?:<[a-z]|\[T|◁t)/i;
/** What may follow a closing tag without an opening one: another would stand inside a text. */
const AFTER_LONE_CLOSE = /^[ \t]*(?:$|[\r\n{[`])/;
const FENCE = /^[ \t]*```[ \t]*[\w-]*[ \t]*\r?$/;
const FENCE_END = /^[ \t]*```[ \t]*\r?$/;

/**
 * The JSON values that a model's text holds, the likeliest reading first: the whole text, then without its thinking as a whole,
 * in fences, and among words. A reading that holds none is left out. Each takes time in proportion to the text.
 */
export function* jsonReadings(text: string): Generator<readonly [unknown, ...unknown[]]> {
  const whole = parsed(text);
  if (whole !== undefined) return yield [whole.value];
  const visible = withoutThinking(text);
  for (const read of [wholly, fenced, amongWords]) {
    const [first, ...others] = read(visible);
    if (first !== undefined) yield [first.value, ...others.map(({ value }) => value)];
  }
}

type Parsed = { readonly value: unknown };

function parsed(text: string): Parsed | undefined {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, "")) };
  } catch {
    return undefined;
  }
}

function wholly(text: string): Parsed[] {
  const value = parsed(text);
  return value === undefined ? [] : [value];
}

/** What a model thought aloud is not its answer; thinking without an end has none behind it. */
function withoutThinking(text: string): string {
  let kept = "";
  let from = 0;
  let depth = 0;
  for (const { 0: tag, index } of text.matchAll(TAG)) {
    const end = index + tag.length;
    if (OPENS.test(tag)) {
      if (depth === 0) kept += text.slice(from, index);
      depth++;
      continue;
    }
    if (depth === 0 && !AFTER_LONE_CLOSE.test(text.slice(end, text.indexOf("\n", end) + 1 || undefined))) continue;
    if (depth === 0) kept = "";
    depth = Math.max(0, depth - 1);
    from = end;
  }
  return depth > 0 ? kept : kept + text.slice(from);
}

/** Values in Markdown fences: no line of a JSON text is a fence, as no string in it holds a line's end. */
function fenced(text: string): Parsed[] {
  const found: Parsed[] = [];
  let inside: string[] | undefined;
  for (const line of text.split("\n")) {
    if (inside === undefined) {
      if (FENCE.test(line)) inside = [];
    } else if (FENCE_END.test(line)) {
      found.push(...wholly(inside.join("\n")));
      inside = undefined;
    } else inside.push(line);
  }
  return found;
}

/**
 * Objects and lists with words around them, none of which stands in another. Nothing where one that has begun is malformed or
 * has no end: what it holds is a part, and not the answer.
 */
function amongWords(text: string): Parsed[] {
  const found: Parsed[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "{" && text[at] !== "[") continue;
    const end = endOf(text, at);
    if (end === undefined) return [];
    const value = parsed(text.slice(at, end));
    if (value !== undefined) found.push(value);
    else if (/^[[{\s]*"/.test(text.slice(at, at + 20))) return [];
    at = end - 1;
  }
  return found;
}

/** Behind the bracket that closes the one at `from`; brackets in JSON strings do not count. */
function endOf(text: string, from: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const c = text[at];
    if (quoted) {
      if (c === "\\") at++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "{" || c === "[") depth++;
    else if ((c === "}" || c === "]") && --depth === 0) return at + 1;
  }
  return undefined;
}
