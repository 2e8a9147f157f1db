type PlacedBlock = { readonly kind: string; readonly text: string; readonly layout?: string };

/**
 * Of each list of blocks what is left when the furniture of its site is gone: what stands word for word in the same place of the
 * same layout on another page. Two sites that print one report lay it out each in its own way; where no element has a class, one
 * paragraph in common makes no site, but two do. A page of which nothing would be left is a copy, and stays.
 */
export function withoutFurniture<B extends PlacedBlock>(pages: readonly (readonly B[])[]): (readonly B[])[] {
  const seen = new Map<string, Set<number>>();
  for (const [i, page] of pages.entries())
    for (const key of page.flatMap((block) => keyOf(block) ?? [])) seen.set(key, (seen.get(key) ?? new Set()).add(i));
  const repeats = (block: B): boolean => (seen.get(keyOf(block) ?? "")?.size ?? 0) > 1;
  return pages.map((page) => {
    const repeated = page.filter(repeats);
    if (repeated.length === 1 && repeated.every(({ layout }) => isPlain(layout ?? ""))) return page;
    const left = page.filter((block) => !repeats(block));
    return left.some(({ kind }) => kind !== "heading") ? left : page;
  });
}

function keyOf({ kind, text, layout }: PlacedBlock): string | undefined {
  return layout === undefined || layout === "" ? undefined : `${kind}\n${layout}\n${text}`;
}

/** No element on the way to it has a class: `body.>p.`. */
function isPlain(layout: string): boolean {
  return layout.split(">").every((element) => element.endsWith("."));
}
