import { defineConfig } from "../../runtime/api/index.js";
import { CONNECTOR_KEYS, GCS_KEYS } from "./connector-keys.js";
import { EXTENSION_KEYS, PARTITIONER_KEYS, STORAGE_KEYS } from "./layout-keys.js";

export const VERSION = "11.0.19";

/** All keys, in the order of the original's definition. */
export const CONFIG_DEF = defineConfig({
  ...CONNECTOR_KEYS,
  ...GCS_KEYS,
  ...STORAGE_KEYS,
  ...PARTITIONER_KEYS,
  ...EXTENSION_KEYS,
});
