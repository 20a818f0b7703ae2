# Sourced by the commands beside it: sets `root` to the package and `node` to a Node 24 or later, and its options. Looks in node_modules/.bin first,
# where the optional packages node-linux-* put it, then on the PATH.
root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
node=
for candidate in "$root/node_modules/.bin/node" "$root/../.bin/node" "$(command -v node)"; do
  [ -x "$candidate" ] || continue
  major=$("$candidate" -p 'process.versions.node.split(".")[0]' 2>/dev/null) || continue
  if [ "$major" -ge 24 ] 2>/dev/null; then
    node=$candidate
    break
  fi
done
if [ -z "$node" ]; then
  echo "$(basename -- "$0"): Node.js 24 or later is needed; there is none in $root/node_modules/.bin or on the PATH" >&2
  exit 1
fi
# Measured: with V8's default of 16 MiB the main thread keeps 20 MB more for new objects (task threads have a limit of their own), and
# with an arena per thread the C library 20 MB, at no gain in speed. Unless told when to ask the system for a buffer of its own, the C
# library puts them all in its arenas after a while, and a worker that has held 330 MB keeps 276 of them, not 139.
# What the environment says comes later, and wins.
export NODE_OPTIONS="--max-semi-space-size=2 ${NODE_OPTIONS:-}" MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
export MALLOC_MMAP_THRESHOLD_="${MALLOC_MMAP_THRESHOLD_:-131072}"
