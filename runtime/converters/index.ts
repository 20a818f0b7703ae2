import type { Plugin } from "../api/index.js";
import { avroPlugins } from "./avro/avro-converter.js";
import { byteArrayPlugins } from "./byte-array.js";
import { fixedWidthPlugins } from "./fixed-width.js";
import { jsonSchemaPlugins } from "./json-schema/json-schema-converter.js";
import { jsonPlugins } from "./json.js";
import { protobufPlugins } from "./protobuf/protobuf-converter.js";
import { simpleHeaderPlugins } from "./simple-header.js";
import { stringPlugins } from "./string.js";

/** Connect's own converters and header converters, and Confluent's. */
export const plugins: readonly Plugin[] = [
  ...jsonPlugins,
  ...stringPlugins,
  ...byteArrayPlugins,
  ...fixedWidthPlugins,
  ...simpleHeaderPlugins,
  ...avroPlugins,
  ...jsonSchemaPlugins,
  ...protobufPlugins,
];
