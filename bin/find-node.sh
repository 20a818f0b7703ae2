# Sourced by the commands beside it: sets `root` to the package and `node` to a Node 24 or later. Looks in node_modules/.bin first,
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
