// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/event.h"
#include "core/model/jsonview.h"

#include <string>

namespace orrery {

/// summaryOf() with the data of the event read already.
std::string summaryOf(const Event &event, const JsonFields &data);

} // namespace orrery
