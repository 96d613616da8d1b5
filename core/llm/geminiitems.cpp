// SPDX-License-Identifier: GPL-3.0-or-later
// Gemini's generateContent: ai.google.dev/api/caching#Part, ai.google.dev/gemini-api/docs/thought-signatures (2026-11).
#include "core/llm/messageitems.h"

#include "core/base/utf8.h"
#include "core/llm/attachedparts.h"
#include "core/model/jsonwriter.h"

namespace orrery::llm {
namespace {

class GeminiItems
{
public:
    /// `isForeign`: another server made the message, whose signatures this one cannot read.
    GeminiItems(std::string &out, ItemTerms terms, bool isForeign)
        : m_out(out), m_terms(terms), m_isForeign(isForeign)
    {}

    void text(const Json &native, std::string_view words, bool isThought)
    {
        separate();
        NativeObject object(m_out, native);
        if (isThought && object.begin("thought"))
            m_out += "true";
        object.text("text", words);
        object.end();
    }
    void call(const Json &native, const ToolCall &call)
    {
        separate();
        Json rest = native;
        const bool isGiven = rest.is_object() && rest.erase("id") > 0 && call.id;
        NativeObject object(m_out, rest);
        if (object.begin("functionCall")) {
            m_out += '{';
            if (isGiven) {
                m_terms.ids.noteGiven(*call.id);
                m_out += R"("id":)";
                appendJsonString(m_out, *call.id);
                m_out += ',';
            }
            m_out += R"("name":)";
            appendTextOrNull(m_out, nameOnWire(call.name, m_terms.profile));
            m_out += R"(,"args":)";
            appendArguments(m_out, call);
            m_out += '}';
        }
        const std::string signature = signatureFor(call);
        if (!signature.empty())
            object.text("thoughtSignature", signature);
        object.end();
        m_isFirstCall = false;
    }
    void opaque(const Json &part)
    {
        separate();
        appendJson(m_out, part);
    }

private:
    std::string signatureFor(const ToolCall &call) const
    {
        if (call.metadata.is_object() && !m_isForeign) {
            const auto signature = call.metadata.find("thought_signature");
            if (signature != call.metadata.end() && signature->is_string() && *signature != "")
                return signature->get<std::string>();
        }
        // A call that another model made has none, and the first of an answer must have one.
        return m_isFirstCall ? m_terms.profile.signatureStandIn : std::string();
    }
    void separate()
    {
        if (!std::exchange(m_isFirst, false))
            m_out += ',';
    }

    std::string &m_out;
    ItemTerms m_terms;
    const bool m_isForeign;
    bool m_isFirst = true;
    bool m_isFirstCall = true;
};

/// Most results are no JSON, which the first character tells without an attempt to read it.
bool mayBeJson(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos
           && std::string_view("{[\"-0123456789tfn").find(text[first]) != std::string_view::npos;
}

} // namespace

void appendGeminiParts(std::string &out, const Message &message, ItemTerms terms)
{
    GeminiItems items(out, terms, message.blocks && !isOwn(message, terms.profile));
    const bool inOrder =
        isOwn(message, terms.profile)
        && forEachBlock(
            message,
            [&](const Block &block, std::string_view words) {
                items.text(block.native, words, false);
            },
            [&](const Block &block, std::string_view words) {
                items.text(block.native, words, true);
            },
            [&](const Block &block, const ToolCall &call) { items.call(block.native, call); },
            [&](const Block &block) { items.opaque(block.native); });
    if (inOrder)
        return;
    static const Json none;
    if (message.reasoningContent && !message.reasoningContent->empty() && terms.reasoningGoesBack)
        items.text(none, *message.reasoningContent, true);
    if (message.content && !message.content->empty())
        items.text(none, *message.content, false);
    for (const ToolCall &call : message.toolCalls)
        items.call(none, call);
}

/// A result that is JSON is sent as such, where the server takes it.
Result<void> appendGeminiResult(std::string &out, const Message &message, ItemTerms terms)
{
    if (!message.content)
        return fail(ErrorCode::InvalidArgument, "a tool message without content");
    out += R"({"functionResponse":{)";
    if (terms.ids.isGiven(message.toolCallId)) {
        out += R"("id":)";
        appendJsonString(out, *message.toolCallId);
        out += ',';
    }
    out += R"("name":)";
    appendTextOrNull(out,
                     nameOnWire(message.name ? message.name : message.toolCallId, terms.profile));
    out += R"(,"response":)";
    const Json response = mayBeJson(*message.content)
                              ? Json::parse(*message.content, nullptr, false)
                              : Json(Json::value_t::discarded);
    if (response.is_discarded()) {
        out += R"({"result":)";
        appendJsonString(out, *message.content);
        out += '}';
    } else if (terms.profile.resultsAreObjects && !response.is_object()) {
        out += R"({"result":)";
        appendJson(out, response);
        out += '}';
    } else {
        appendJson(out, response);
    }
    out += "}}";
    return appendBesideResult(out, message, terms.profile);
}

} // namespace orrery::llm
