/** Asks another worker of the cluster over its REST API. Throws when no answer comes. */
export interface PeerClient {
  post(
    url: string,
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: string }>;
}
