#!/bin/sh
# Compiles the library with its checks into a temporary folder and runs them.
set -eu
cd "$(dirname "$0")"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
c++ -std=c++17 -Wall -Wextra -o "$out/checks" src/receipt.cpp tests/receipt_test.cpp
"$out/checks"
