import { ConnectError } from "../../api/index.js";
import type { TokenSource } from "./oauth-bearer.js";

/** Options of Amazon's Java library that change whose credentials are used and that the signer cannot follow. */
const UNSUPPORTED = ["awsRoleAccessKeyId", "awsRoleSecretAccessKey", "awsRoleSessionToken", "awsRoleExternalId"];

/**
 * Tokens for Amazon MSK with IAM, signed with the credentials that the options of aws-msk-iam-auth name: `awsProfileName`,
 * `awsRoleArn` with `awsRoleSessionName`, else AWS's default chain. The region is `awsStsRegion`, AWS_REGION or AWS_DEFAULT_REGION.
 */
export function awsIamToken(
  options: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): TokenSource {
  const unsupported = UNSUPPORTED.find((key) => options[key] !== undefined);
  if (unsupported !== undefined)
    throw new ConnectError("config", `The option ${unsupported} of sasl.jaas.config is not supported`);
  const region = options["awsStsRegion"] ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  if (region === undefined)
    throw new ConnectError(
      "config",
      "The AWS region is not known: set AWS_REGION, or awsStsRegion in sasl.jaas.config",
    );
  const { awsProfileName, awsRoleArn, awsRoleSessionName } = options;
  const session = awsRoleSessionName === undefined ? {} : { awsRoleSessionName };
  return async () => {
    try {
      // Loaded when it is needed: it takes 25 MB in every thread.
      const signer = await import("aws-msk-iam-sasl-signer-js");
      const { token, expiryTime } = await (awsRoleArn !== undefined
        ? signer.generateAuthTokenFromRole({ region, awsRoleArn, ...session })
        : awsProfileName !== undefined
          ? signer.generateAuthTokenFromProfile({ region, awsProfileName })
          : signer.generateAuthToken({ region }));
      return { value: token, expiresAtMs: expiryTime };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ConnectError("retriable", `The AWS credentials gave no token for IAM: ${reason}`, { cause });
    }
  };
}
