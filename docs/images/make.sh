#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the pictures of the README and of docs/WINDOW.md from the sample run: docs/images/make.sh [FOLDER]. Needs build/release/bin/orrery and
# no display. With pngquant the files become small enough to keep.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder="$(realpath "${1:-docs/images}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR="$work" QT_LOGGING_RULES='default.warning=false'
chmod 700 "$work"

picture() { # name, further options of orrery
    local name="$1"
    shift
    build/release/bin/orrery --team resources/sample/team.json --run --approve all --size 1600x1000 \
        --workspace "$work/$name" --journal "$work/$name.orrery" --screenshot "$folder/$name.png" "$@"
    if command -v pngquant >/dev/null; then
        pngquant --force --skip-if-larger --speed 1 --output "$folder/$name.png" 256 "$folder/$name.png" || true
    fi
    printf '%s: %s bytes\n' "$folder/$name.png" "$(stat -c %s "$folder/$name.png")"
}

# While two want the same lines and one waits for the limit; and when all is done.
picture window-light --theme light --after 9000
picture window-dark --theme dark --after idle
# The panels that remember, filled by the same run.
for panel in Memory Knowledge Decisions; do
    for theme in light dark; do
        picture "$(echo "$panel" | tr '[:upper:]' '[:lower:]')-$theme" --theme "$theme" --panel "$panel" --after idle
    done
done
