/** A title as a path segment: small ASCII letters, digits and hyphens, 60 characters at most, never empty. */
export function slugOf(title: string): string {
  const plain = title.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[’']/gu, "");
  const slug = plain
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replace(/^-+/u, "")
    .slice(0, 60)
    .replace(/-+$/u, "");
  return slug === "" ? "article" : slug;
}
