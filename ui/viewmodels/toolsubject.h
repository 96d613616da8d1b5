// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/viewmodels/fields.h"

namespace orrery::ui {

/// What a tool call is about, in one line: `src/a.cpp 5–8`, `sh ./test.sh`; empty when its arguments do not say.
QString toolSubject(const Fields &arguments);

} // namespace orrery::ui
