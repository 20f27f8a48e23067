#!/bin/sh
# The gateway in front of `python3 -m http.server`, with the emulator as the tracker.
# Run it in the repository: sh examples/keitaro_gateway.sh
set -eu
cargo build --quiet --package adapis-cli
adapis="${CARGO_TARGET_DIR:-target}/debug/adapis"
folder=$(mktemp -d)
trap 'kill $pids 2>/dev/null; rm -r "$folder"' EXIT
pids=

field() { python3 -c "import json,sys; at=json.load(open(sys.argv[1])); [at := at[name] for name in sys.argv[2:]]; print(at)" "$@"; }
ready() { while ! grep -q ready "$1" 2>/dev/null; do sleep 0.1; done; }

mkdir "$folder/site"
echo '<h1>My shop</h1><a href="{offer}">buy</a> visitor {subid}' > "$folder/site/index.html"
python3 -m http.server --bind 127.0.0.1 --directory "$folder/site" 8765 2>/dev/null &
pids="$pids $!"
"$adapis" emulator > "$folder/emulator" &
pids="$pids $!"
ready "$folder/emulator"

visit() {
    ADAPIS_KEITARO_TOKEN=$(field "$folder/emulator" credentials keitaro campaigns "$1")
    export ADAPIS_KEITARO_TOKEN
    "$adapis" keitaro gateway --tracker "$(field "$folder/emulator" keitaro)" \
        --listen 127.0.0.1:0 --upstream http://127.0.0.1:8765 --rewrite > "$folder/gateway" &
    gateway=$!
    ready "$folder/gateway"
    echo "== campaign $1"
    curl --silent --include "$(field "$folder/gateway" gateway)/"
    echo
    curl --silent "$(field "$folder/gateway" metrics)" | grep '^keitaro_visits_total.* [1-9]'
    kill "$gateway"
    wait "$gateway" || true
    : > "$folder/gateway"
}

visit Shop
visit Example
visit HTML
