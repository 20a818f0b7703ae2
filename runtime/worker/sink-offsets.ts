import type { Logger, NextOffsets } from "../api/index.js";
import type { ConnectorConfig, SinkOffset } from "../herder.js";
import { createAdmin } from "../kafka/admin.js";
import type { KafkaAdmin } from "../kafka/seam.js";
import type { PluginRegistry } from "../plugins/registry.js";
import {
  alterConnectorOffsets,
  listConnectorOffsets,
  resetConnectorOffsets,
  type OffsetChange,
} from "../storage/connector-offsets.js";
import { connectorAdminProperties, sinkGroupId } from "./client-properties.js";
import type { ConfigTransformer } from "./config-providers.js";
import type { Properties } from "./properties.js";
import type { WorkerConfig } from "./worker-config.js";

export interface SinkOffsetsParts {
  readonly config: WorkerConfig;
  readonly transformer: ConfigTransformer;
  readonly registry: PluginRegistry;
  readonly log: Logger;
}

/** Offsets of sink connectors for REST, each time through an admin client with the connector's own properties. */
export class SinkOffsets {
  constructor(private readonly parts: SinkOffsetsParts) {}

  list(connector: string, raw: ConnectorConfig): Promise<readonly SinkOffset[]> {
    return this.#withAdmin(connector, raw, (admin, group) => listConnectorOffsets(admin, connector, group));
  }

  alter(connector: string, raw: ConnectorConfig, changes: readonly OffsetChange[]): Promise<string> {
    return this.#withAdmin(connector, raw, (admin, group, config) =>
      alterConnectorOffsets(admin, connector, group, changes, this.#hook(config)),
    );
  }

  reset(connector: string, raw: ConnectorConfig): Promise<string> {
    return this.#withAdmin(connector, raw, (admin, group, config) =>
      resetConnectorOffsets(admin, connector, group, this.#hook(config)),
    );
  }

  #hook(config: Properties): (offsets: NextOffsets) => Promise<boolean> {
    const { plugin } = this.parts.registry.connector((config["connector.class"] ?? "").trim(), config);
    return async (offsets) => (await plugin.alterOffsets?.(config, offsets)) ?? false;
  }

  async #withAdmin<T>(
    connector: string,
    raw: ConnectorConfig,
    action: (admin: KafkaAdmin, group: string, config: Properties) => Promise<T>,
  ): Promise<T> {
    const { config: worker, transformer, log } = this.parts;
    const config = await transformer.resolve(raw);
    const admin = createAdmin(
      connectorAdminProperties(worker, `connector-worker-adminclient-${connector}`, config),
      log,
    );
    try {
      return await action(admin, sinkGroupId(connector, config), config);
    } finally {
      await admin.close();
    }
  }
}
