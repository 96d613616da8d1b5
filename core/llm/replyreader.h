// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::llm {

/// Reads the body of a 200 answer as it arrives, be it an event stream or one JSON object, and judges how it ended.
class ReplyReader
{
public:
    ReplyReader(bool stream, std::string host);

    /// Takes bytes, cut anywhere; appends what can be shown at once.
    void feed(std::string_view bytes, std::vector<ModelDelta> &deltas);
    /// True when nothing more has to come: `[DONE]` or an error was read.
    bool complete() const { return m_done || m_error; }
    /// The result of a complete answer.
    Result<ModelReply> take();
    /// The result when the connection has ended; `cut` if it did not end properly, `why` in the network's words.
    Result<ModelReply> end(bool cut, const std::string &why);

private:
    struct CallParts {
        std::string id;
        std::string name;
        std::string arguments;
    };

    void line(std::string_view line, std::vector<ModelDelta> &deltas);
    void event(std::string_view data, std::vector<ModelDelta> &deltas);
    void delta(const Json &delta, std::vector<ModelDelta> &deltas);
    void toolCalls(const Json &list);
    Result<ModelReply> plain() const;
    Error garbage(const std::string &message) const;
    Error cutOff(const std::string &why) const;

    bool m_stream;
    std::string m_host;
    std::string
        m_start; ///< the beginning of the body, or all of it while it may be one JSON object
    std::size_t m_bytes = 0;
    bool m_sse = false; ///< a `data:` line has been seen
    bool m_done = false;
    bool m_finished = false;
    std::optional<Error> m_error;
    std::string m_line;
    std::string m_data;
    ModelReply m_reply;
    std::string m_text;
    std::string m_thinking;
    std::map<int, CallParts> m_calls;
};

} // namespace orrery::llm
