/** Content negotiation as JAX-RS does it, for resources that speak one media type. */

interface MediaRange {
  readonly type: string;
  readonly subtype: string;
}

function parseRange(text: string): MediaRange | null {
  const [type, subtype, more] = text.split(";")[0]!.trim().toLowerCase().split("/");
  if (type === undefined || type === "" || more !== undefined) return null;
  // A lone `*` stands for anything, as browsers once sent.
  if (subtype === undefined) return type === "*" ? { type, subtype: "*" } : null;
  return { type, subtype };
}

/**
 * Whether an `Accept` header allows the media type, such as `application/json`. No header allows everything. A quality of 0 does
 * not refuse, as on the JVM.
 */
export function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined || header.trim() === "") return true;
  const wanted = parseRange(mediaType)!;
  return header.split(",").some((item) => {
    const range = parseRange(item);
    return (
      range !== null &&
      (range.type === "*" || range.type === wanted.type) &&
      (range.subtype === "*" || range.subtype === wanted.subtype)
    );
  });
}

/** Whether a `Content-Type` header names this media type, whatever its parameters. */
export function isMediaType(header: string, mediaType: string): boolean {
  const given = parseRange(header);
  return given !== null && `${given.type}/${given.subtype}` === mediaType;
}
