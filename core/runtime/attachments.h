// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/attachmentlimits.h"
#include "core/model/messagelog.h"
#include "core/model/modeltable.h"
#include "core/model/spec.h"

#include <map>
#include <string>
#include <vector>

namespace orrery::runtime {

/// What an agent's model and those that it falls back on take.
AttachmentLimits attachmentLimitsOf(const AgentSpec &agent, const ModelTable &models);

/// The files that an agent starts with: those of the run, if it starts at once, and its own. Error: names the agent and the file.
Result<std::vector<ContentPart>> loadAttachments(const AgentSpec &agent,
                                                 const std::vector<std::string> &ofRun,
                                                 const ModelTable &models);

/// Looks at each message of an agent's requests once a model. Belongs to the agent's thread.
class AttachmentWatch
{
public:
    explicit AttachmentWatch(const ModelTable &models) : m_models(models) {}
    /// A sentence for each picture or document among the messages that are new to `target`, and that it does not get.
    std::vector<std::string> look(const ModelRef &target, const MessageLog &messages);

private:
    const ModelTable &m_models;
    std::map<std::string, std::size_t> m_seen; ///< messages, by `provider:model`
};

} // namespace orrery::runtime
