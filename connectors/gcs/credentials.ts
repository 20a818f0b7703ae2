import { readFile } from "node:fs/promises";
import type { GoogleAuth, JWTInput } from "google-auth-library";
import { asConnectError, ConnectError } from "../../runtime/api/index.js";

/** Where credentials come from. `json` is secret. */
export type GcsCredentials =
  | { readonly kind: "none" }
  /** Application default credentials. */
  | { readonly kind: "default" }
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "json"; readonly json: string };

/** Signs requests. */
export interface Authorizer {
  /** Host suffix of the service that the credentials belong to, such as `googleapis.com`. */
  readonly universe: string;
  /** Headers for a request; a fresh token is fetched when needed. */
  headers(): Promise<Readonly<Record<string, string>>>;
}

/** The scope that the Java client asks for. */
const SCOPE = "https://www.googleapis.com/auth/devstorage.full_control";
const UNIVERSE = "googleapis.com";

const ANONYMOUS: Authorizer = { universe: UNIVERSE, headers: () => Promise.resolve({}) };

/**
 * Throws ConnectError `fatal` `Failed to create GCS credentials: ...` (texts of the Aiven sink's `GoogleCredentialsBuilder`)
 * when a file or text cannot be read. Whether Google takes the credentials shows at the first request.
 */
export async function openCredentials(credentials: GcsCredentials): Promise<Authorizer> {
  if (credentials.kind === "none") return ANONYMOUS;
  try {
    return await signIn(credentials);
  } catch (error) {
    const cause = asConnectError(error);
    throw new ConnectError("fatal", `Failed to create GCS credentials: ${cause.message}`, { cause });
  }
}

async function signIn(credentials: Exclude<GcsCredentials, { kind: "none" }>): Promise<Authorizer> {
  // Loaded when it is needed: it takes 20 MB in every thread.
  const google = await import("google-auth-library");
  const auth = new google.GoogleAuth({ scopes: SCOPE });
  const client =
    credentials.kind === "default" ? await auth.getClient() : clientOf(auth, await readCredentials(credentials));
  return {
    universe: client.universeDomain,
    headers: async () => Object.fromEntries((await client.getRequestHeaders()).entries()),
  };
}

function clientOf(auth: GoogleAuth, { json, failure }: CredentialsText): ReturnType<GoogleAuth["fromJSON"]> {
  if (json === "") throw new ConnectError("config", "no JSON input found");
  try {
    // Java's GoogleCredentials takes every type too; a type that runs a program needs Google's own switch in the environment.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
    const client = auth.fromJSON(JSON.parse(json) as JWTInput);
    if ("scopes" in client) client.scopes = SCOPE;
    return client;
  } catch (error) {
    // The cause's text may quote the credentials: it is left out.
    throw new ConnectError("config", failure, {
      cause: error instanceof SyntaxError ? new Error("not valid JSON") : error,
    });
  }
}

interface CredentialsText {
  readonly json: string;
  /** What is said when `json` cannot be understood. */
  readonly failure: string;
}

async function readCredentials(
  credentials: Extract<GcsCredentials, { kind: "path" | "json" }>,
): Promise<CredentialsText> {
  if (credentials.kind === "json")
    return { json: credentials.json, failure: "Failed to read credentials from JSON string" };
  const failure = `Failed to read GCS credentials from ${credentials.path}`;
  try {
    return { json: await readFile(credentials.path, "utf8"), failure };
  } catch (error) {
    throw new ConnectError("config", failure, { cause: error });
  }
}
