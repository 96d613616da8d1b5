// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/llm/flatjson.h"
#include "core/llm/provider.h"
#include "core/llm/treevalue.h"
#include "core/model/usage.h"

namespace orrery::llm {

/// Usage in a provider's terms; null counts as nothing used. `requests` is always 1. Error when the
/// counts are no numbers.
Result<Usage> decodeUsage(TreeValue usage, WireForm form);
Result<Usage> decodeUsage(FlatValue usage, WireForm form);
inline Result<Usage> decodeUsage(const Json &usage, WireForm form)
{
    return decodeUsage(TreeValue(usage), form);
}

} // namespace orrery::llm
