import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { openApiDocument } from "../../../rest-api/openapi/document.js";
import type { CaseRequest } from "./case-file.js";
import type { CaseAnswer } from "./http.js";

interface Described {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema?: { $ref: string } }>> }>
  >;
}

const document = openApiDocument() as { paths: Record<string, Record<string, Described>>; components: object };
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: "api", components: document.components });
const validators = new Map<string, ValidateFunction>();

const paths = Object.entries(document.paths).map(([path, methods]) => ({
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+").replace(/\./g, "\\.")}/?$`),
  methods,
}));

/** How an answer breaks the OpenAPI document; empty for paths that it does not have. */
export function contractProblems({ method, path, raw }: CaseRequest, answer: CaseAnswer): string[] {
  if (raw !== undefined || answer.text === "" || answer.status === 401) return [];
  const target = path.split("?")[0]!.replace(/;[^/]*/g, "");
  const described = paths.find(({ pattern }) => pattern.test(target))?.methods[method.toLowerCase()];
  if (described === undefined) return [];
  const response = described.responses[String(answer.status)];
  // Any operation may answer with an error of the general kind; an answer that is none has to be described.
  if (response === undefined && answer.status < 400) return [`contract: status ${answer.status} is not described`];
  const reference = response?.content?.["application/json"]?.schema?.$ref ?? "#/components/schemas/Error";
  const validate = validatorOf(reference);
  if (validate(answer.json)) return [];
  return [`contract: ${ajv.errorsText(validate.errors).slice(0, 500)}`];
}

function validatorOf(reference: string): ValidateFunction {
  const known = validators.get(reference) ?? ajv.compile({ $ref: `api${reference}` });
  validators.set(reference, known);
  return known;
}
