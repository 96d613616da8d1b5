// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/strictstream.h"

namespace orrery::testing {

namespace {

const char *reasoningField(const std::string &provider)
{
    if (isAmong(provider, {"openai", "azure", "github", "mistral", "perplexity"}))
        return nullptr;
    return isAmong(provider, {"groq", "cerebras", "openrouter", "together", "huggingface",
                              "bedrock", "ollama"})
               ? "reasoning"
               : "reasoning_content";
}

class ChatStream
{
public:
    ChatStream(const StrictRequest &request, const StrictAnswer &answer, int turn)
        : m_request(request), m_answer(answer), m_turn(turn)
    {}

    QByteArray all()
    {
        add({{"role", "assistant"}, {"content", ""}});
        for (std::size_t i = 0; i < m_answer.pieces.size(); ++i)
            addPiece(m_answer.pieces[i], isCutCall(m_answer, i));
        const char *reason = hasCalls()                                        ? "tool_calls"
                             : m_answer.ending == StrictAnswer::Ending::Length ? "length"
                             : m_answer.ending == StrictAnswer::Ending::Refused && !isOpenAi()
                                 ? "content_filter"
                                 : "stop";
        addChunk(
            Json::array({{{"index", 0}, {"delta", Json::object()}, {"finish_reason", reason}}}));
        const Json usage = {
            {"prompt_tokens", 100}, {"completion_tokens", 20}, {"total_tokens", 120}};
        if (member(member(m_request.body, "stream_options"), "include_usage") == true)
            addChunk(Json::array(), usage);
        return m_bytes + "data: [DONE]\n\n";
    }

private:
    bool isOpenAi() const { return isAmong(m_request.provider, {"openai", "azure", "github"}); }

    bool hasCalls() const
    {
        return m_answer.ending == StrictAnswer::Ending::Calls
               || m_answer.ending == StrictAnswer::Ending::Malformed;
    }

    void addChunk(Json choices, const Json &usage = {})
    {
        Json chunk = {{"id", "chatcmpl-" + std::to_string(m_turn)},
                      {"object", "chat.completion.chunk"},
                      {"created", 1700000000},
                      {"model", m_request.model},
                      {"choices", std::move(choices)}};
        if (!usage.is_null())
            chunk["usage"] = usage;
        m_bytes += sseData(chunk);
    }
    void add(Json delta)
    {
        addChunk(
            Json::array({{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", nullptr}}}));
    }

    void addThinking(const std::string &text)
    {
        const char *field = reasoningField(m_request.provider);
        if (!field)
            return;
        Json delta = {{"content", ""}, {field, text}};
        if (m_request.provider == "openrouter") {
            const auto count = std::count_if(
                m_answer.pieces.begin(), m_answer.pieces.end(), [](const auto &piece) {
                    return piece.kind == StrictAnswer::Piece::Kind::Thinking;
                });
            delta["reasoning_details"] = Json::array(
                {{{"type", "reasoning.text"},
                  {"text", text},
                  {"signature", thinkingSignature(m_request.provider, m_turn, m_thoughts,
                                                  m_thoughts, int(count), text)},
                  {"format", "anthropic-claude-v1"},
                  {"index", m_thoughts}}});
        }
        ++m_thoughts;
        add(std::move(delta));
    }

    void addPiece(const StrictAnswer::Piece &piece, bool isCut)
    {
        if (piece.kind == StrictAnswer::Piece::Kind::Thinking) {
            addThinking(piece.text);
        } else if (piece.kind == StrictAnswer::Piece::Kind::Text) {
            add({{m_answer.ending == StrictAnswer::Ending::Refused && isOpenAi() ? "refusal"
                                                                                 : "content",
                  piece.text}});
        } else {
            const int n = m_calls++;
            add({{"tool_calls",
                  Json::array({{{"index", n},
                                {"id", strictCallId(m_request.provider, piece.text, m_turn, n)},
                                {"type", "function"},
                                {"function", {{"name", piece.text}, {"arguments", ""}}}}})}});
            for (const std::string &text : argumentPieces(piece.arguments, isCut))
                add({{"tool_calls",
                      Json::array({{{"index", n}, {"function", {{"arguments", text}}}}})}});
        }
    }

    const StrictRequest &m_request;
    const StrictAnswer &m_answer;
    const int m_turn;
    int m_thoughts = 0;
    int m_calls = 0;
    QByteArray m_bytes;
};

} // namespace

QByteArray chatStream(const StrictRequest &request, const StrictAnswer &answer, int turn)
{
    return ChatStream(request, answer, turn).all();
}

} // namespace orrery::testing
