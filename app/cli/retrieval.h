// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

/// Measures how well the memory finds what people judged to be the answer (docs/RETRIEVAL.md): stores the texts of a test
/// collection, asks all its questions by text, by vector and by both, and prints the quality of each. Exit code: 0, or 1
/// with the reason on standard error.
int measureRetrieval(const std::string &folder);
