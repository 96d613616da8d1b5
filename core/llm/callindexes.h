// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/json.h"

#include <cstdint>
#include <map>
#include <string>

namespace orrery::llm {

/// Tells the tool calls of a stream in OpenAI's form apart where a server gives no index, or the same one to all of
/// them: a new id is a new call, and so is a further name where there are no ids.
class CallIndexes
{
public:
    /// Sets the index of each piece of a call in a chunk. O(pieces).
    void correct(Json &chunk);

private:
    std::int64_t indexOf(const Json &piece);

    struct Call {
        std::string id;
        bool isNamed = false;
    };
    std::map<std::int64_t, Call> m_calls; ///< by the index that they have with us
    std::map<std::int64_t, std::int64_t>
        m_current; ///< the server's index → ours, for the pieces to come
    std::int64_t m_last = 0;
};

} // namespace orrery::llm
