// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/messagewriter.h"

#include "core/base/utf8.h"
#include "core/llm/attachedparts.h"
#include "core/llm/responsesencode.h"
#include "core/model/jsonwriter.h"

#include <utility>

namespace orrery::llm {
namespace {

constexpr std::string_view kEmptyText = "(empty)";
constexpr std::string_view kNoOutput = "(no output)";
constexpr std::string_view kGoOn = "(The conversation goes on.)";
constexpr std::string_view kRead = "(I have read the results.)";

tl::unexpected<Error> noContent(const Message &message)
{
    return fail(ErrorCode::InvalidArgument,
                std::string("a ") + toString(message.role) + " message without content");
}

bool isReasoningSaved(const Message &message)
{
    return message.metadata.is_object() && message.metadata.contains("thinking_blocks");
}

} // namespace

ModelProfile plainProfile(WireForm form)
{
    ModelProfile profile;
    profile.form = form;
    profile.reasoningBack = ModelProfile::ReasoningBack::Always;
    profile.lateSystem = ModelProfile::LateSystem::AsIs;
    profile.emptyMessage = ModelProfile::EmptyMessage::AsIs;
    profile.callId = {};
    profile.toolName = {};
    profile.images = profile.imageAddresses = profile.pdf = profile.imagesInResults = true;
    return profile;
}

MessageWriter::MessageWriter(ModelProfile profile, UnsignedThinking thinking)
    : m_profile(std::move(profile)), m_thinking(thinking), m_ids(m_profile.callId)
{}

ItemTerms MessageWriter::terms(bool isInLoop)
{
    using Back = ModelProfile::ReasoningBack;
    const bool back = m_profile.reasoningBack == Back::Always
                      || (m_profile.reasoningBack == Back::ToolLoop && isInLoop);
    return {m_profile, m_ids, back, m_thinking};
}

/// Whether a message of this kind goes into the one that is open.
bool MessageWriter::joins(std::string_view role, Open kind) const
{
    // Gemini counts the parts of a turn of results, which may hold nothing else.
    const bool isFull = m_isResult && m_profile.form == WireForm::Gemini;
    return m_profile.mergesSameRole && m_open == kind && kind != Open::Object && m_role == role
           && !isFull;
}

/// The user message with what the results before it could not hold.
std::string MessageWriter::behind() const
{
    if (m_behind.empty())
        return {};
    std::string out;
    if (m_profile.toolThenUserNeedsAssistant) {
        out = R"(,{"role":"assistant","content":)";
        appendJsonString(out, kRead);
        out += '}';
    }
    return out + R"(,{"role":"user","content":[)" + m_behind + "]}";
}

/// Opens a message, or goes on in the one that is open.
void MessageWriter::begin(std::string &out, std::string_view role, Open kind)
{
    if (joins(role, kind)) {
        out += kind == Open::List ? "," : "\\n\\n";
        return;
    }
    if (m_open != Open::Nothing) {
        out += m_tail;
        if (role != "tool") {
            out += behind();
            m_behind.clear();
        }
        out += ',';
    }
    m_open = kind;
    m_role = role;
    m_isResult = false;
    m_hasOther = m_hasOther || role != m_profile.systemRole;
    out += R"({"role":")";
    out += role;
    switch (kind) {
    case Open::List:
        out += m_profile.form == WireForm::Gemini ? R"(","parts":[)" : R"(","content":[)";
        m_tail = "]}";
        break;
    case Open::Text:
        out += R"(","content":")";
        m_tail = "\"}";
        break;
    default:
        out += '"';
        m_tail = "}";
        break;
    }
}

/// A message of one text.
void MessageWriter::appendText(std::string &out, std::string_view role, std::string_view text)
{
    if (m_profile.form == WireForm::Gemini) {
        begin(out, role, Open::List);
        out += R"({"text":)";
        appendJsonString(out, text);
        out += '}';
        return;
    }
    begin(out, role, Open::Text);
    m_quoted.clear();
    appendJsonString(m_quoted, text);
    out.append(m_quoted, 1, m_quoted.size() - 2);
}

std::string_view MessageWriter::contentOr(const Message &message) const
{
    const bool fills = m_profile.emptyMessage != ModelProfile::EmptyMessage::AsIs;
    if (fills && (!message.content || isBlank(*message.content)))
        return message.role == Role::Tool ? kNoOutput : kEmptyText;
    return message.content ? std::string_view(*message.content) : std::string_view();
}

/// An assistant's message that says nothing to this server.
bool MessageWriter::isLeftOut(const Message &message) const
{
    if (m_profile.emptyMessage != ModelProfile::EmptyMessage::LeftOut || !message.toolCalls.empty()
        || (message.content && !isBlank(*message.content)))
        return false;
    return !isOwn(message, m_profile)
           && !(m_profile.form == WireForm::Anthropic && isReasoningSaved(message));
}

Result<void> MessageWriter::append(std::string &out, const Message &message, bool isInLoop)
{
    if (m_profile.form == WireForm::Responses)
        return appendItems(out, message);
    const std::size_t before = out.size();
    const auto role = m_role;
    const auto open = m_open;
    Result<void> done;
    switch (message.role) {
    case Role::System: done = appendSystem(out, message); break;
    case Role::User: done = appendUser(out, message); break;
    case Role::Tool: done = appendResult(out, message); break;
    case Role::Assistant: done = appendAssistant(out, message, isInLoop); break;
    }
    if (!done) {
        out.resize(before);
        m_role = role;
        m_open = open;
    }
    return done;
}

/// OpenAI's responses: items, of which none is open. The first system message is the instructions.
Result<void> MessageWriter::appendItems(std::string &out, const Message &message)
{
    if (message.role == Role::System && !m_hasOther && !std::exchange(m_hasSystem, true))
        return {};
    std::string items;
    if (auto done = appendResponsesItems(items, message,
                                         {m_profile.provider, m_profile.model, m_profile.models});
        !done)
        return done;
    if (!items.empty() && std::exchange(m_hasOther, true))
        out += ',';
    out += items;
    return {};
}

Result<void> MessageWriter::appendSystem(std::string &out, const Message &message)
{
    if (m_profile.form != WireForm::OpenAi)
        return {};
    using Late = ModelProfile::LateSystem;
    if (m_profile.lateSystem == Late::AsIs || !m_hasSystem) {
        if (std::exchange(m_hasSystem, true) && m_profile.lateSystem != Late::AsIs)
            return {};
        if (!message.content)
            return noContent(message);
        const bool isMerged = m_profile.lateSystem == Late::Merged && m_system;
        appendText(out, m_profile.systemRole,
                   isMerged ? std::string_view(*m_system) : contentOr(message));
        return {};
    }
    if (m_profile.lateSystem == Late::Merged)
        return {};
    std::string text = "[System] ";
    text += contentOr(message);
    appendText(out, "user", text);
    return {};
}

Result<void> MessageWriter::appendUser(std::string &out, const Message &message)
{
    if (m_profile.toolThenUserNeedsAssistant && m_role == "tool")
        appendText(out, "assistant", kRead);
    if (message.contentParts) {
        begin(out, "user", Open::List);
        return appendParts(out, *message.contentParts, m_profile);
    }
    if (!message.content && m_profile.emptyMessage == ModelProfile::EmptyMessage::AsIs)
        return noContent(message);
    appendText(out, "user", contentOr(message));
    return {};
}

Result<void> MessageWriter::appendResult(std::string &out, const Message &message)
{
    if (m_profile.form == WireForm::OpenAi) {
        begin(out, "tool", Open::Object);
        out += R"(,"content":)";
        if (hasAttachments(message))
            appendJsonString(out, resultText(message, m_profile));
        else if (message.content || m_profile.emptyMessage != ModelProfile::EmptyMessage::AsIs)
            appendJsonString(out, contentOr(message));
        else
            out += "null";
        out += R"(,"tool_call_id":)";
        const auto id = m_ids.ofResult(message.toolCallId);
        appendTextOrNull(out, id);
        if (m_profile.resultHasName && message.name) {
            out += R"(,"name":)";
            appendTextOrNull(out, nameOnWire(message.name, m_profile));
        }
        return appendBehindResults(m_behind, message, m_profile, id.value_or(""));
    }
    if (m_isResult && m_profile.parallelResultsInOne)
        out += ',';
    else
        begin(out, "user", Open::List);
    m_isResult = true;
    if (m_profile.form == WireForm::Gemini)
        return appendGeminiResult(out, message, terms(true));
    return appendAnthropicResult(out, message, terms(true));
}

Result<void> MessageWriter::appendAssistant(std::string &out, const Message &message, bool isInLoop)
{
    if (isLeftOut(message))
        return {};
    if (m_profile.firstIsUser && !m_hasOther)
        appendText(out, "user", kGoOn);
    if (m_profile.form == WireForm::OpenAi) {
        appendOpenAiAssistant(out, message, isInLoop);
        return {};
    }
    m_items.clear();
    if (m_profile.form == WireForm::Gemini)
        appendGeminiParts(m_items, message, terms(isInLoop));
    else
        appendAnthropicBlocks(m_items, message, terms(isInLoop));
    if (m_items.empty() && m_profile.emptyMessage == ModelProfile::EmptyMessage::LeftOut)
        return {};
    begin(out, m_profile.form == WireForm::Gemini ? "model" : "assistant", Open::List);
    out += m_items;
    return {};
}

void MessageWriter::appendOpenAiAssistant(std::string &out, const Message &message, bool isInLoop)
{
    const bool isText = message.toolCalls.empty() && !message.blocks
                        && !(message.reasoningContent && terms(isInLoop).reasoningGoesBack);
    if (isText
        && (m_profile.mergesSameRole
            || m_profile.emptyMessage == ModelProfile::EmptyMessage::Filled)) {
        appendText(out, "assistant", contentOr(message));
        return;
    }
    begin(out, "assistant", Open::Object);
    appendOpenAiMembers(out, message, terms(isInLoop));
}

} // namespace orrery::llm
