import { defineConfig, oneOf } from "../api/index.js";

/** Version that Connect's own plug-ins report. */
export const CONNECT_VERSION = "4.1.1";

/** The key that every converter of Connect has; the runtime sets it. */
export const CONVERTER_CONFIG = defineConfig({
  "converter.type": {
    type: "STRING",
    validator: oneOf("key", "value", "header"),
    importance: "LOW",
    doc: "What this converter is used for: key, value or header.",
  },
});
