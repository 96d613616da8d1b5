// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

namespace orrery {

/// Object keys are kept in byte order, which is also the order in which they are written.
using Json = nlohmann::json;

} // namespace orrery
