import { defineConfig, type Plugin, type Transformation } from "../api/index.js";
import { recordPlugin } from "./plugin.js";

/** Drops every record that a predicate lets through to it. */
const filter: Transformation = {
  configure() {
    // It has no keys.
  },
  apply: () => null,
};

export const filterPlugin: Plugin = recordPlugin("Filter", defineConfig({}), () => filter);
