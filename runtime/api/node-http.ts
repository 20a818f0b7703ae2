/**
 * Node's HTTP modules, without what `import` adds to them: it asks for every export, and so loads Node's fetch and WebSocket, 8 MB in each
 * thread that nobody here uses.
 */
export const http = process.getBuiltinModule("node:http");
export const https = process.getBuiltinModule("node:https");
