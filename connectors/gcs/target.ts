import type { ObjectTarget, Precondition } from "../objects/store.js";

/** What Google's Java client sends where nothing else is said. */
const CONTENT_TYPE = "application/octet-stream";

export interface TargetResource {
  readonly name: string;
  readonly contentType: string;
  readonly contentEncoding?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Cloud Storage's object resource for a new object. */
export function resourceOf(target: ObjectTarget): TargetResource {
  return {
    name: target.name,
    contentType: target.contentType ?? CONTENT_TYPE,
    ...(target.contentEncoding === undefined ? {} : { contentEncoding: target.contentEncoding }),
    ...(target.metadata === undefined ? {} : { metadata: target.metadata }),
  };
}

export function preconditionQuery(precondition: Precondition): Record<string, string> {
  switch (precondition.kind) {
    case "absent":
      return { ifGenerationMatch: "0" };
    case "generation":
      return { ifGenerationMatch: precondition.generation };
    case "any":
      return {};
  }
}
