// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/modeltable.h"

#include <string>

namespace orrery::llm {

/// Whether `url` can be the address of a provider's server: http or https, with a host. With `allowPrivateHosts` false
/// it must not be, as far as can be told without asking a name server, an address of this machine or its networks
/// either. The error is InvalidArgument or Denied; its detail says what is wrong in one line.
Result<void> checkServerAddress(const std::string &provider, const std::string &url,
                                bool allowPrivateHosts,
                                const ModelTable &models = ModelTable::own());

} // namespace orrery::llm
