// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/attachments.h"

#include "core/llm/attachmentlimits.h"
#include "core/llm/contentparts.h"
#include "core/media/attachment.h"

namespace orrery::runtime {
namespace {

AttachmentLimits limitsOf(const std::string &provider, const std::string &model)
{
    return llm::attachmentLimitsOf(llm::profileOf(provider, model));
}

} // namespace

AttachmentLimits attachmentLimitsOf(const AgentSpec &agent)
{
    AttachmentLimits limits = limitsOf(agent.provider(), agent.modelName());
    for (const ModelRef &other : agent.fallback)
        limits = limits.with(limitsOf(other.provider(), other.modelName()));
    return limits;
}

Result<std::vector<ContentPart>> loadAttachments(const AgentSpec &agent,
                                                 const std::vector<std::string> &ofRun)
{
    std::vector<std::string> paths;
    if (!agent.startsOnMessage)
        paths = ofRun;
    paths.insert(paths.end(), agent.attach.begin(), agent.attach.end());
    auto parts = media::loadParts(paths, attachmentLimitsOf(agent));
    if (!parts)
        parts.error().message.insert(0, agent.name + ": ");
    return parts;
}

std::vector<std::string> AttachmentWatch::look(const ModelRef &target, const MessageLog &messages)
{
    Seen &seen = m_seen[target.model];
    if (messages.size() < seen.messages)
        seen = {}; // another conversation
    std::vector<std::string> sentences;
    for (; seen.messages < messages.size(); ++seen.messages) {
        const Message &message = *messages[seen.messages];
        if (!message.contentParts)
            continue;
        const llm::ModelProfile profile = llm::profileOf(target.provider(), target.modelName());
        seen.weight += llm::weightOf(message, profile);
        const auto place =
            message.role == Role::Tool ? llm::PartPlace::ToolResult : llm::PartPlace::UserMessage;
        for (const ContentPart &part : *message.contentParts)
            if (const auto why = llm::whyLeftOut(part, profile, place))
                sentences.push_back(target.model + " is not shown " + llm::describePart(part) + ": "
                                    + *why + ".");
    }
    return sentences;
}

llm::AttachmentWeight AttachmentWatch::weightFor(const ModelRef &target) const
{
    const auto it = m_seen.find(target.model);
    return it == m_seen.end() ? llm::AttachmentWeight() : it->second.weight;
}

} // namespace orrery::runtime
