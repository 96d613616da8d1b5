// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"

/// Reads a provider's event stream, or with `isResponse` one plain answer, from standard input as an agent does, and prints the
/// message as JSON. Exit code: 0, or 1 with the reason on standard error.
int decodeStandardInput(const orrery::llm::ModelProfile &profile, bool isResponse);
