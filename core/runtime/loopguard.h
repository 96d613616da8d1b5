// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/message.h"

#include <string>
#include <vector>

namespace orrery::runtime {

/// Notices that an agent makes the same calls again and again. Two lists of calls are the same when their tools, without
/// regard to case, and their arguments, whatever the order of the members, are. A value; no I/O.
class LoopGuard
{
public:
    /// `limit`: repeats at which it ends, 0 = never, and nothing is noticed. Calls of the tools in `exclude` are not seen.
    LoopGuard(int limit, std::vector<std::string> exclude);

    struct Notice {
        int repeats = 0; ///< how often the same calls were made in a row; 0 = nothing is to be said
        bool ends = false;
        std::vector<std::string> tools; ///< whose calls they are
        std::string told;               ///< to the model, firmer each time
    };
    /// With the calls of each answer; none = an answer in plain text, after which all begins anew.
    Notice answered(const std::vector<const ToolCall *> &calls);
    /// Somebody has said something.
    void reset();

private:
    int m_limit;
    std::vector<std::string> m_exclude; ///< lower case
    std::string m_last;
    int m_repeats = 0;
};

} // namespace orrery::runtime
