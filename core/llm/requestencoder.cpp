// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/requestencoder.h"

#include "core/model/jsonwriter.h"
#include "core/llm/providers.h"
#include "core/llm/requestfields.h"
#include "core/llm/responsesencode.h"

#include <utility>

namespace orrery::llm {

Result<std::shared_ptr<const EncodedRequest>> RequestEncoder::encode(const ModelRequest &request)
{
    const MessageList &messages = request.messages;
    if (!goesOn(request))
        restart(request);
    if (auto done = appendNew(messages); !done) {
        m_log.reset();
        return fail(std::move(done.error()));
    }
    m_encoded = messages;
    if (!isHeadFor(request))
        writeHead(request);
    if (m_replacesMessages)
        return std::make_shared<const EncodedRequest>(m_head, std::make_shared<ByteLog>(), "");
    return std::make_shared<const EncodedRequest>(m_head, m_log, m_writer->tail() + "]}");
}

/// Whether what is written is the beginning of what is to be sent.
bool RequestEncoder::goesOn(const ModelRequest &request) const
{
    if (!m_log || request.provider != m_provider || request.model != m_model
        || request.models != m_models || request.unsignedThinking != m_thinking
        || !request.messages.startsWith(m_encoded))
        return false;
    using Profile = ModelProfile;
    const Profile &profile = m_writer->profile();
    const bool systemMoves = m_hasSystem && profile.form == WireForm::OpenAi
                             && profile.lateSystem == Profile::LateSystem::Merged;
    const bool reasoningLeaves =
        m_hasReasoning && profile.reasoningBack == Profile::ReasoningBack::ToolLoop;
    if (!systemMoves && !reasoningLeaves)
        return true;
    for (std::size_t i = m_encoded.size(); i < request.messages.size(); ++i) {
        const Role role = request.messages[i]->role;
        if ((role == Role::System && systemMoves) || (role == Role::User && reasoningLeaves))
            return false;
    }
    return true;
}

void RequestEncoder::restart(const ModelRequest &request)
{
    ++m_counters.restarts;
    m_provider = request.provider;
    m_model = request.model;
    m_models = request.models;
    m_thinking = request.unsignedThinking;
    m_writer = std::make_unique<MessageWriter>(profileOf(request), request.unsignedThinking);
    std::optional<std::string> system;
    for (const auto &message : request.messages)
        if (message->role == Role::System)
            addSystemText(system, *message);
    m_writer->setSystem(std::move(system));
    m_encoded.clear();
    m_system.reset();
    m_loopStart = 0;
    m_hasReasoning = m_hasSystem = m_turnHasAnswer = m_turnLacksThinking = false;
    // A new one: requests that are still being sent read the old one.
    m_log = std::make_shared<ByteLog>();
}

Result<void> RequestEncoder::appendNew(const MessageList &messages)
{
    for (std::size_t i = m_encoded.size(); i < messages.size(); ++i)
        if (messages[i]->role == Role::User)
            m_loopStart = i + 1;
    const bool hasSystemField = m_writer->profile().form != WireForm::OpenAi;
    for (std::size_t i = m_encoded.size(); i < messages.size(); ++i) {
        const Message &message = *messages[i];
        m_scratch.clear();
        if (auto done = m_writer->append(m_scratch, message, i >= m_loopStart); !done) {
            done.error().message.insert(0, std::string("message ") + std::to_string(i) + ": ");
            return done;
        }
        m_log->append(m_scratch);
        lookAtTurn(message);
        if (message.role == Role::System) {
            m_hasSystem = true;
            if (hasSystemField && m_scratch.empty())
                addSystemText(m_system, message);
        }
        m_hasReasoning = m_hasReasoning || message.reasoningContent;
        ++m_counters.messages;
    }
    return {};
}

/// Anthropic refuses to go on thinking in a turn that was begun without, for example by another model
/// (platform.claude.com/docs/en/build-with-claude/extended-thinking, "Toggling thinking modes", 2026-11).
void RequestEncoder::lookAtTurn(const Message &message)
{
    if (message.role == Role::User) {
        m_turnHasAnswer = m_turnLacksThinking = false;
    } else if (message.role == Role::Assistant && !std::exchange(m_turnHasAnswer, true)) {
        const bool isKnown = isOwn(message, m_writer->profile());
        const Block::Kind first = isKnown ? message.blocks->blocks.front().kind : Block::Kind::Text;
        const bool isSaved =
            message.metadata.is_object() && message.metadata.contains("thinking_blocks");
        m_turnLacksThinking =
            !isSaved && first != Block::Kind::Thinking && first != Block::Kind::Opaque;
    }
}

bool RequestEncoder::dropsThinking(const ModelRequest &request) const
{
    return m_turnLacksThinking && m_writer->profile().form == WireForm::Anthropic
           && (request.settings.contains("thinking")
               || request.settings.contains("reasoning_effort"));
}

bool RequestEncoder::isHeadFor(const ModelRequest &request) const
{
    return m_head && m_headKey.tools == request.tools && m_headKey.stream == request.stream
           && m_headKey.model == request.model && m_headKey.provider == request.provider
           && m_headKey.system == m_system && m_headKey.settings == request.settings
           && m_headKey.dropsThinking == dropsThinking(request);
}

void RequestEncoder::writeHead(const ModelRequest &request)
{
    ++m_counters.heads;
    const WireForm form = m_writer->profile().form;
    const char *key = form == WireForm::Gemini      ? "contents"
                      : form == WireForm::Responses ? "input"
                                                    : "messages";
    Json fields = requestFields(request, m_system);
    if (dropsThinking(request))
        if (const auto thinking = fields.find("thinking");
            thinking != fields.end() && thinking->is_object()
            && thinking->value("type", "") == "enabled")
            fields.erase(thinking);
    m_replacesMessages = fields.contains(key);
    const std::string tools = toolsField(request);
    std::string head;
    head.reserve(tools.size() + 512);
    const auto begin = [&](std::string_view name) {
        head += head.empty() ? '{' : ',';
        appendJsonString(head, name);
        head += ':';
    };
    bool toolsWritten = tools.empty();
    const auto writeTools = [&] {
        if (std::exchange(toolsWritten, true))
            return;
        begin("tools");
        head += tools;
    };
    for (const auto &[name, value] : fields.get_ref<const Json::object_t &>()) {
        if (name > "tools")
            writeTools();
        begin(name);
        appendJson(head, value);
    }
    writeTools();
    if (m_replacesMessages) {
        head += '}';
    } else {
        begin(key);
        head += '[';
    }
    m_head = std::make_shared<const std::string>(std::move(head));
    m_headKey = {request.provider, request.model,  request.settings,      request.tools,
                 m_system,         request.stream, dropsThinking(request)};
}

} // namespace orrery::llm
