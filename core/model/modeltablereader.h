// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/modeltable.h"

#include <string>
#include <vector>

namespace orrery {

/// What one file says, before it is laid over a table.
struct ModelTablePart {
    Json defaults = Json::object();
    std::vector<ModelTable::ModelRow> models;
    std::vector<ModelTable::ProviderRow> providers; ///< their origins are not set
};

/// Reads the form of resources/providers.json. Errors name `file`, the JSON pointer (below `at`) and what was expected.
Result<ModelTablePart> readModelTable(const Json &json, const std::string &file,
                                      const std::string &at);

} // namespace orrery
