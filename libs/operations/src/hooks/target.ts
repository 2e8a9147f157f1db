const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Why nothing can be sent to an address, and what can be done; undefined where it can. `insecure`: whether plain HTTP may leave this machine. */
export function whyNoTarget(text: string, insecure: boolean): { readonly message: string; readonly hint: string } | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    return { message: "the address of a hook is a URL of https", hint: "--url https://example.com/hooks" };
  if (url.username !== "" || url.password !== "")
    return { message: "the address of a hook has no user and password", hint: "the receiver knows the sender by its signature" };
  if (url.hash !== "")
    return { message: "the address of a hook has no fragment: it would not be sent", hint: "leave what is behind the # away" };
  if (url.protocol === "http:" && !insecure && !LOOPBACK.test(url.hostname))
    return { message: `what is sent to ${url.host} by http could be read on its way`, hint: "https, or --insecure where that is wanted" };
  return undefined;
}

/** An address as it may be shown: what stands behind the host may be a secret of the receiver's. */
export function shownTarget(text: string): string {
  const { protocol, host, pathname, search } = new URL(text);
  return `${protocol}//${host}${pathname === "/" && search === "" ? "" : "/…"}`;
}
