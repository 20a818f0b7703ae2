import type { Plugin } from "../api/index.js";
import { castPlugins } from "./cast.js";
import { dropHeadersPlugin } from "./drop-headers.js";
import { extractFieldPlugins } from "./extract-field.js";
import { filterPlugin } from "./filter.js";
import { flattenPlugins } from "./flatten.js";
import { headerFromPlugins } from "./header-from.js";
import { hoistFieldPlugins } from "./hoist-field.js";
import { insertFieldPlugins } from "./insert-field.js";
import { insertHeaderPlugin } from "./insert-header.js";
import { maskFieldPlugins } from "./mask-field.js";
import { predicatePlugins } from "./predicates.js";
import { regexRouterPlugin } from "./regex-router.js";
import { replaceFieldPlugins } from "./replace-field.js";
import { setSchemaMetadataPlugins } from "./set-schema-metadata.js";
import { timestampConverterPlugins } from "./timestamp-converter.js";
import { timestampRouterPlugin } from "./timestamp-router.js";
import { valueToKeyPlugin } from "./value-to-key.js";

/** Connect's own transformations and predicates. */
export const plugins: readonly Plugin[] = [
  ...castPlugins,
  dropHeadersPlugin,
  ...extractFieldPlugins,
  filterPlugin,
  ...flattenPlugins,
  ...headerFromPlugins,
  ...hoistFieldPlugins,
  ...insertFieldPlugins,
  insertHeaderPlugin,
  ...maskFieldPlugins,
  regexRouterPlugin,
  ...replaceFieldPlugins,
  ...setSchemaMetadataPlugins,
  ...timestampConverterPlugins,
  timestampRouterPlugin,
  valueToKeyPlugin,
  ...predicatePlugins,
];
