// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharedlog.h"

#include <algorithm>

namespace orrery::state {

/// Whether what two logs hold is equal, not only the same.
template <typename T>
bool haveSame(const SharedLog<T> &a, const SharedLog<T> &b)
{
    return a.size() == b.size()
           && std::equal(a.begin(), a.end(), b.begin(),
                         [](const auto &x, const auto &y) { return x == y || *x == *y; });
}

} // namespace orrery::state
