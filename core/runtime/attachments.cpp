// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/attachments.h"

#include "core/llm/attachmentlimits.h"
#include "core/llm/contentparts.h"
#include "core/media/attachment.h"
#include "core/runtime/targetprofile.h"

namespace orrery::runtime {
namespace {

AttachmentLimits limitsOf(const std::string &provider, const std::string &model,
                          const ModelTable &models)
{
    return llm::attachmentLimitsOf(llm::profileOf(provider, model, models));
}

} // namespace

AttachmentLimits attachmentLimitsOf(const AgentSpec &agent, const ModelTable &models)
{
    AttachmentLimits limits = limitsOf(agent.provider(), agent.modelName(), models);
    for (const ModelRef &other : agent.fallback)
        limits = limits.with(limitsOf(other.provider(), other.modelName(), models));
    return limits;
}

Result<std::vector<ContentPart>> loadAttachments(const AgentSpec &agent,
                                                 const std::vector<std::string> &ofRun,
                                                 const ModelTable &models)
{
    std::vector<std::string> paths;
    if (!agent.startsOnMessage)
        paths = ofRun;
    paths.insert(paths.end(), agent.attach.begin(), agent.attach.end());
    auto parts = media::loadParts(paths, attachmentLimitsOf(agent, models));
    if (!parts)
        parts.error().message.insert(0, agent.name + ": ");
    return parts;
}

std::vector<std::string> AttachmentWatch::look(const ModelRef &target, const MessageLog &messages)
{
    std::size_t &seen = m_seen[target.model];
    if (messages.size() < seen)
        seen = 0; // another conversation
    std::vector<std::string> sentences;
    for (; seen < messages.size(); ++seen) {
        const Message &message = *messages[seen];
        if (!message.contentParts)
            continue;
        const llm::ModelProfile profile = profileFor(target, m_models);
        const auto place =
            message.role == Role::Tool ? llm::PartPlace::ToolResult : llm::PartPlace::UserMessage;
        for (const ContentPart &part : *message.contentParts)
            if (const auto why = llm::whyLeftOut(part, profile, place))
                sentences.push_back(target.model + " is not shown " + llm::describePart(part) + ": "
                                    + *why + ".");
    }
    return sentences;
}

} // namespace orrery::runtime
