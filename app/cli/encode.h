// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/provider.h"

/// Reads one neutral request `{model, messages, settings, tools, stream}` from standard input and prints the body that
/// the provider gets for it. Exit code: 0, or 1 with the reason on standard error.
int encodeStandardInput(orrery::llm::WireForm form);
