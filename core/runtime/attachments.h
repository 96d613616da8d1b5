// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/llm/picturetokens.h"
#include "core/model/attachmentlimits.h"
#include "core/model/messagelog.h"
#include "core/model/spec.h"

#include <map>
#include <string>
#include <vector>

namespace orrery::runtime {

/// What an agent's model and those that it falls back on take.
AttachmentLimits attachmentLimitsOf(const AgentSpec &agent);

/// The files that an agent starts with: those of the run, if it starts at once, and its own. Error: names the agent and the file.
Result<std::vector<ContentPart>> loadAttachments(const AgentSpec &agent,
                                                 const std::vector<std::string> &ofRun);

/// Looks at each message of an agent's requests once a model. Belongs to the agent's thread.
class AttachmentWatch
{
public:
    /// A sentence for each picture or document among the messages that are new to `target`, and that it does not get.
    std::vector<std::string> look(const ModelRef &target, const MessageLog &messages);
    /// Of all that it has looked at.
    llm::AttachmentWeight weightFor(const ModelRef &target) const;

private:
    struct Seen {
        std::size_t messages = 0;
        llm::AttachmentWeight weight;
    };
    std::map<std::string, Seen> m_seen; ///< by `provider:model`
};

} // namespace orrery::runtime
