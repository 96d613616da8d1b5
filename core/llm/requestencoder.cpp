// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/requestencoder.h"

#include "core/model/jsonwriter.h"
#include "core/llm/providers.h"
#include "core/llm/requestfields.h"

#include <utility>

namespace orrery::llm {

Result<std::shared_ptr<const EncodedRequest>> RequestEncoder::encode(const ModelRequest &request)
{
    const MessageList &messages = request.messages;
    const WireForm form = wireFormOf(request.provider);
    if (!m_log || form != m_form || request.unsignedThinking != m_thinking
        || !messages.startsWith(m_encoded))
        restart(form, request.unsignedThinking);
    if (auto done = appendNew(messages); !done) {
        m_log.reset();
        return fail(std::move(done.error()));
    }
    m_encoded = messages;
    if (!isHeadFor(request))
        writeHead(request);
    if (m_replacesMessages)
        return std::make_shared<const EncodedRequest>(m_head, std::make_shared<ByteLog>(), "");
    return std::make_shared<const EncodedRequest>(m_head, m_log, "]}");
}

void RequestEncoder::restart(WireForm form, UnsignedThinking thinking)
{
    ++m_counters.restarts;
    m_form = form;
    m_thinking = thinking;
    m_encoded.clear();
    m_system.reset();
    // A new one: requests that are still being sent read the old one.
    m_log = std::make_shared<ByteLog>();
}

Result<void> RequestEncoder::appendNew(const MessageList &messages)
{
    for (std::size_t i = m_encoded.size(); i < messages.size(); ++i) {
        const Message &message = *messages[i];
        m_scratch.assign(m_log->size() > 0 ? "," : "");
        const std::size_t before = m_scratch.size();
        if (auto done = appendMessage(m_scratch, message, m_form, m_thinking); !done) {
            done.error().message.insert(0, std::string("message ") + std::to_string(i) + ": ");
            return done;
        }
        if (m_scratch.size() > before)
            m_log->append(m_scratch);
        else
            addSystemText(m_system, message);
        ++m_counters.messages;
    }
    return {};
}

bool RequestEncoder::isHeadFor(const ModelRequest &request) const
{
    return m_head && m_headKey.tools == request.tools && m_headKey.stream == request.stream
           && m_headKey.model == request.model && m_headKey.provider == request.provider
           && m_headKey.system == m_system && m_headKey.settings == request.settings;
}

void RequestEncoder::writeHead(const ModelRequest &request)
{
    ++m_counters.heads;
    const char *key = m_form == WireForm::Gemini ? "contents" : "messages";
    const Json fields = requestFields(request, m_system);
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
    m_headKey = {request.provider, request.model, request.settings,
                 request.tools,    m_system,      request.stream};
}

} // namespace orrery::llm
