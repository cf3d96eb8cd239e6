#!/usr/bin/env bash
# new_module_test.sh TIDY COMPILER: a new module compiles, is formatted and keeps the house rules.
set -euo pipefail
tidy=$1 compiler=$2
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT

mkdir -p "$house/tools" "$house/src/capabilities/identity"
cp -r "$repository/tools/new-module" "$house/tools/"
cp -r "$repository/src/foundation" "$house/src/"
cp "$repository/src/layers.txt" "$house/src/"
cp "$repository/.clang-format" "$house/"
printf '#pragma once\n' >"$house/src/capabilities/identity/identity.h"
printf '# identity\n' >"$house/src/capabilities/identity/README.md"

cd "$house"
tools/new-module/new-module chat_rooms identity
! tools/new-module/new-module chat_rooms 2>/dev/null || { echo 'made it twice'; exit 1; }
! tools/new-module/new-module 'bad name' 2>/dev/null || { echo 'took a bad name'; exit 1; }

grep -qx 'capabilities/chat_rooms: foundation ports capabilities/identity' src/layers.txt
broken=$("$tidy" . | grep chat_rooms || true)
[[ -z $broken ]] || { echo "$broken"; exit 1; }
"$compiler" -std=c++23 -Isrc -fsyntax-only src/capabilities/chat_rooms/*.cpp
if command -v clang-format-19 >/dev/null; then
  clang-format-19 --dry-run --Werror --style=file src/capabilities/chat_rooms/*.{h,cpp}
fi
